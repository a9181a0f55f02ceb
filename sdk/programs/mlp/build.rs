//! Memory of the built program: at most 1 MiB, so that every step can be replayed by the chain.

fn main() {
	println!("cargo::rerun-if-changed=build.rs");
	if std::env::var("CARGO_CFG_TARGET_ARCH").as_deref() == Ok("wasm32") {
		println!("cargo::rustc-link-arg-cdylib=--max-memory={}", 1 << 20);
		println!("cargo::rustc-link-arg-cdylib=-zstack-size={}", 1 << 16);
	}
}
