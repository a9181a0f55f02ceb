# Sourced by the other scripts: where things are, and how steps are told.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/assay
# Outside of the checkout, so that every clone on the machine shares what is built.
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$cache/target}
bin=$CARGO_TARGET_DIR/release

pinned=$(sed -n 's/^channel = "\(.*\)"$/\1/p' "$root/rust-toolchain.toml")
wasm_target=wasm32v1-none
# The distribution's toolchain, as rustup knows it.
distro_toolchain=assay-distro

say() { printf '\033[1m%s\033[0m\n' "$*"; }
fail() {
	printf '%s\n' "$@" >&2
	exit 1
}

# Runs a step: its name, and the seconds that it took. Output goes to the terminal.
step() {
	local name=$1 begin=$SECONDS
	shift
	say "==> $name"
	"$@"
	printf '    %s: %d s\n' "$name" $((SECONDS - begin))
}

# Whether a toolchain can build everything: it exists, is the pinned version, and has the target and
# the sources of the standard library.
complete() {
	local sysroot
	sysroot=$(RUSTUP_TOOLCHAIN=$1 rustc --print sysroot 2>/dev/null) || return 1
	RUSTUP_TOOLCHAIN=$1 rustc --version 2>/dev/null | grep -q "^rustc $pinned " || return 1
	[ -e "$sysroot/lib/rustlib/src/rust/library/std/Cargo.toml" ] || return 1
	compgen -G "$sysroot/lib/rustlib/$wasm_target/lib/libcore-*.rlib" >/dev/null
}

# Chooses the toolchain: RUSTUP_TOOLCHAIN if set, else the pinned one, else the distribution's.
choose_toolchain() {
	[ -n "${RUSTUP_TOOLCHAIN:-}" ] && return
	command -v rustc >/dev/null || return 0
	if ! complete "$pinned" && complete "$distro_toolchain"; then
		export RUSTUP_TOOLCHAIN=$distro_toolchain
	fi
}
choose_toolchain
