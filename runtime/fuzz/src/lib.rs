//! Runs random transactions and blocks on the real runtime, and checks after each what must always
//! hold.
//!
//! A *case* is a chain from its genesis and some hundreds of *steps* ([`step`]): transactions and
//! ends of blocks. Those who act ([`world`]) know the protocol and mostly follow it: they store
//! artifacts, create tasks, commit and reveal, vote, register models that carry real marks, and
//! contest them; so that cases get deep. Now and then they do it wrongly, put their calls into
//! others, send arguments of any kind ([`shape`]), or change the bytes of what was sent before.
//!
//! What is checked:
//!
//! 1. Nothing panics, and nothing that is thought impossible is logged ([`failure`]).
//! 2. A transaction that fails leaves nothing behind but its fee and its nonce; no call says that
//!    it took more weight than it had declared ([`chain`]).
//! 3. A block can be imported by another node, with the same state, and holds no more than a block
//!    can.
//! 4. After each block, issuance, holds, and the invariants of all pallets ([`invariants`]).
//!
//! A case depends on its seed alone. One that fails is made as small as possible
//! ([`case::shrink`]).

pub mod case;
pub mod chain;
pub mod coverage;
pub mod failure;
pub mod invariants;
pub mod random;
pub mod shape;
pub mod step;
pub mod world;
