//! Memory of the built program: at most 16 MiB, for all training data at once and the fit on it.

fn main() {
	println!("cargo::rerun-if-changed=build.rs");
	if std::env::var("CARGO_CFG_TARGET_ARCH").as_deref() == Ok("wasm32") {
		println!("cargo::rustc-link-arg-cdylib=--max-memory={}", 16 << 20);
		println!("cargo::rustc-link-arg-cdylib=-zstack-size={}", 1 << 18);
	}
}
