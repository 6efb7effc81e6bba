//! Gives the shared library that cargo builds the same name for the loader (soname) as the installed one.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux") {
        let version = |part| std::env::var(format!("CARGO_PKG_VERSION_{part}")).unwrap_or_default();
        println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libfacecore.so.{}.{}", version("MAJOR"), version("MINOR"));
    }
}
