//! The data folder: made by `serve` only, with a master key nobody else can read.

use perch_service::{Entropy, MasterKeyFault, MasterKeys};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// What is wrong with the folder or its files; each names the path and what to do.
#[derive(Debug, thiserror::Error)]
pub enum DataDirFault {
    #[error("there is no Perch data in {0}; run `perch serve` there first, or set PERCH_DATA_DIR")]
    Missing(PathBuf),
    #[error("{path} cannot be used: {source}")]
    Unusable { path: PathBuf, source: std::io::Error },
    #[error("{path} can be read by others; run `chmod 600 {path}`")]
    Readable { path: PathBuf },
    #[error("the master key {0} is missing, but the database holds keys wrapped by it; restore the file")]
    Lost(PathBuf),
    #[error("the master key {0} is not the one that wrapped the keys in the database; restore the right file")]
    Foreign(PathBuf),
    #[error("{path}: {source}")]
    Key { path: PathBuf, source: MasterKeyFault },
}

fn unusable(path: &Path) -> impl FnOnce(std::io::Error) -> DataDirFault + use<> {
    let path = path.to_owned();
    move |source| DataDirFault::Unusable { path, source }
}

/// Makes the folder if it is not there.
pub fn create(path: &Path) -> Result<(), DataDirFault> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(unusable(path))
}

/// Reads the master key; with `create`, makes one where there is none.
pub fn master_keys(path: &Path, create: Option<&dyn Entropy>) -> Result<MasterKeys, DataDirFault> {
    match (fs::metadata(path), create) {
        (Ok(metadata), _) if metadata.permissions().mode() & 0o077 != 0 => return Err(DataDirFault::Readable { path: path.to_owned() }),
        (Ok(_), _) => {}
        (Err(error), Some(entropy)) if error.kind() == std::io::ErrorKind::NotFound => {
            let mut random = [0; 32];
            entropy.fill(&mut random);
            write_secret(path, &MasterKeys::file_for(&mut random))?;
        }
        (Err(_), None) => return Err(DataDirFault::Missing(path.parent().unwrap_or(path).to_owned())),
        (Err(error), Some(_)) => return Err(unusable(path)(error)),
    }
    let text = Zeroizing::new(fs::read_to_string(path).map_err(unusable(path))?);
    MasterKeys::parse(&text).map_err(|source| DataDirFault::Key { path: path.to_owned(), source })
}

/// Writes a file only its owner can read, and makes sure it is on disk. One that exists is not overwritten.
fn write_secret(path: &Path, text: &str) -> Result<(), DataDirFault> {
    let write = || {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    };
    write().map_err(unusable(path))
}

/// Writes a setup link for the operator, replacing an earlier one.
pub fn write_link(path: &Path, link: &str) -> Result<(), DataDirFault> {
    remove_link(path)?;
    write_secret(path, &format!("{link}\n"))
}

/// Removes a setup link that is of no use any more.
pub fn remove_link(path: &Path) -> Result<(), DataDirFault> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(unusable(path)(error)),
        _ => Ok(()),
    }
}
