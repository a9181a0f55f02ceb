//! Memory of the built program: 32 MiB, for a model of 4 MiB in its file and in use.

fn main() {
	println!("cargo::rerun-if-changed=build.rs");
	if std::env::var("CARGO_CFG_TARGET_ARCH").as_deref() == Ok("wasm32") {
		println!("cargo::rustc-link-arg-cdylib=--max-memory={}", 32 << 20);
		println!("cargo::rustc-link-arg-cdylib=-zstack-size={}", 1 << 16);
	}
}
