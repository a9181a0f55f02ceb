//! Files addressed by a hash, written whole or not at all.

use assay_primitives::H256;
use std::{
	fs::{self, File},
	io::{self, Read, Write},
	path::{Path, PathBuf},
	sync::atomic::{AtomicU64, Ordering},
	time::SystemTime,
};

/// Names of files that are being written start with this.
const TEMPORARY: &str = ".new-";
/// What a file costs on disk is a multiple of this.
const BLOCK: u64 = 4096;

/// A folder of files, one a key. A file appears by a rename after its bytes are on disk, so a
/// process killed at any moment leaves the old state or the new one.
pub struct Store {
	dir: PathBuf,
	max_bytes: u64,
	used: AtomicU64,
}

impl Store {
	/// Opens the folder, which is made if there is none. Once the files take more than `max_bytes`
	/// on disk, those that were not read for longest are removed.
	pub fn open(dir: PathBuf, max_bytes: u64) -> io::Result<Self> {
		fs::create_dir_all(&dir)?;
		for entry in fs::read_dir(&dir)? {
			let entry = entry?;
			if entry.file_name().to_string_lossy().starts_with(TEMPORARY) {
				fs::remove_file(entry.path())?;
			}
		}
		let store = Self { dir, max_bytes, used: AtomicU64::new(0) };
		store.prune()?;
		Ok(store)
	}

	/// The bytes under `key`, if there are any.
	pub fn get(&self, key: &H256) -> io::Result<Option<Vec<u8>>> {
		let mut file = match File::open(self.path(key)) {
			Ok(file) => file,
			Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
			Err(error) => return Err(error),
		};
		let mut bytes = Vec::new();
		file.read_to_end(&mut bytes)?;
		file.set_modified(SystemTime::now())?;
		Ok(Some(bytes))
	}

	/// Puts `bytes` under `key`; returns when they are on disk.
	pub fn put(&self, key: &H256, bytes: &[u8]) -> io::Result<()> {
		let mut file = tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(&self.dir)?;
		file.write_all(bytes)?;
		// The kernel's own times are some milliseconds coarse: a new file could seem older than one
		// that was just read.
		file.as_file().set_modified(SystemTime::now())?;
		file.as_file().sync_all()?;
		file.persist(self.path(key))?;
		self.sync()?;
		let size = on_disk(bytes.len() as u64);
		if self.used.fetch_add(size, Ordering::Relaxed) + size > self.max_bytes {
			self.prune()?;
		}
		Ok(())
	}

	/// Removes what is under `key`, if there is anything.
	pub fn remove(&self, key: &H256) -> io::Result<()> {
		self.remove_all(&[*key])
	}

	/// Removes what is under these keys, in less time than each.
	pub fn remove_all(&self, keys: &[H256]) -> io::Result<()> {
		let mut removed = false;
		for key in keys {
			match fs::remove_file(self.path(key)) {
				Ok(()) => removed = true,
				Err(error) if error.kind() == io::ErrorKind::NotFound => (),
				Err(error) => return Err(error),
			}
		}
		if removed {
			self.sync()?;
		}
		Ok(())
	}

	/// All keys, those written or read longest ago first.
	pub fn keys(&self) -> io::Result<Vec<H256>> {
		Ok(self.files()?.into_iter().map(|file| file.key).collect())
	}

	fn path(&self, key: &H256) -> PathBuf {
		self.dir.join(hex::encode(key))
	}

	fn sync(&self) -> io::Result<()> {
		File::open(&self.dir)?.sync_all()
	}

	fn files(&self) -> io::Result<Vec<Stored>> {
		let mut files = Vec::new();
		for entry in fs::read_dir(&self.dir)? {
			let entry = entry?;
			let Some(key) = key_of(&entry.path()) else { continue };
			// Another thread may remove a file between the listing and this.
			let Ok(meta) = entry.metadata() else { continue };
			files.push(Stored { key, used_at: meta.modified()?, size: on_disk(meta.len()) });
		}
		files.sort_by_key(|file| file.used_at);
		Ok(files)
	}

	/// Counts the files and, if they take too much, removes the oldest until a tenth is free.
	fn prune(&self) -> io::Result<()> {
		let files = self.files()?;
		let mut used: u64 = files.iter().map(|file| file.size).sum();
		if used > self.max_bytes {
			let mut old = Vec::new();
			for file in files {
				if used <= self.max_bytes / 10 * 9 {
					break;
				}
				old.push(file.key);
				used -= file.size;
			}
			self.remove_all(&old)?;
		}
		self.used.store(used, Ordering::Relaxed);
		Ok(())
	}
}

struct Stored {
	key: H256,
	used_at: SystemTime,
	size: u64,
}

fn key_of(path: &Path) -> Option<H256> {
	let mut key = H256::zero();
	hex::decode_to_slice(path.file_name()?.to_str()?, &mut key.0).ok()?;
	Some(key)
}

fn on_disk(len: u64) -> u64 {
	len.div_ceil(BLOCK) * BLOCK
}

#[cfg(test)]
mod tests {
	use super::*;

	fn key(byte: u8) -> H256 {
		H256::repeat_byte(byte)
	}

	#[test]
	fn what_was_put_is_there_after_reopening() {
		let dir = tempfile::tempdir().unwrap();
		let store = Store::open(dir.path().join("a/b"), u64::MAX).unwrap();
		store.put(&key(1), b"one").unwrap();
		store.put(&key(1), b"two").unwrap();
		let store = Store::open(dir.path().join("a/b"), u64::MAX).unwrap();
		assert_eq!(store.get(&key(1)).unwrap().as_deref(), Some(&b"two"[..]));
		assert_eq!(store.keys().unwrap(), [key(1)]);
		store.remove(&key(1)).unwrap();
		store.remove(&key(1)).unwrap();
		assert_eq!(store.get(&key(1)).unwrap(), None);
	}

	#[test]
	fn a_file_left_half_written_is_cleared_away() {
		let dir = tempfile::tempdir().unwrap();
		fs::write(dir.path().join(format!("{TEMPORARY}abc")), b"half").unwrap();
		let store = Store::open(dir.path().to_owned(), u64::MAX).unwrap();
		assert_eq!(store.keys().unwrap(), []);
		assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
	}

	#[test]
	fn the_file_not_read_for_longest_goes_first() {
		let dir = tempfile::tempdir().unwrap();
		let store = Store::open(dir.path().to_owned(), 3 * BLOCK).unwrap();
		for byte in 1..=3 {
			store.put(&key(byte), &[byte]).unwrap();
		}
		store.get(&key(1)).unwrap();
		store.put(&key(4), &[4]).unwrap();
		assert_eq!(store.get(&key(2)).unwrap(), None);
		assert_eq!(store.get(&key(1)).unwrap(), Some(vec![1]));
		assert_eq!(store.get(&key(4)).unwrap(), Some(vec![4]));
	}
}
