//! The data folder: made by `serve` only, with a master key nobody else can read.

use perch_service::{Entropy, Finding, MasterKeyError, MasterKeys};
use rustix::fs::Mode;
use std::fs::{self, Metadata, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// What is wrong with the folder or its files; each names the path and what to do.
#[derive(Debug, thiserror::Error)]
pub enum DataDirError {
    #[error("there is no Perch data in {0}; run `perch serve` there first, or set PERCH_DATA_DIR")]
    Missing(PathBuf),
    #[error("{path} cannot be used: {source}")]
    Unusable {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{path} can be read by others; run `chmod 600 {path}`")]
    Readable { path: PathBuf },
    #[error(
        "the master key {0} is missing, but the database holds keys wrapped by it; restore the file"
    )]
    Lost(PathBuf),
    #[error(
        "the master key {0} is not the one that wrapped the keys in the database; restore the right file"
    )]
    Foreign(PathBuf),
    #[error("{path}: {source}")]
    Key {
        path: PathBuf,
        source: MasterKeyError,
    },
}

fn unusable(path: &Path) -> impl FnOnce(std::io::Error) -> DataDirError + use<> {
    let path = path.to_owned();
    move |source| DataDirError::Unusable { path, source }
}

/// The database's file in the folder, and what `SQLite` keeps beside it.
pub const DATABASE: &str = "perch.sqlite3";
/// Files with secrets, names of viewers, hashes of passwords. The master key is not among them: one that others could read is
/// refused, for it has to be replaced.
const FILES: [&str; 5] = [
    DATABASE,
    "perch.sqlite3-wal",
    "perch.sqlite3-shm",
    "perch.sqlite3-journal",
    LINK,
];
pub(crate) const LINK: &str = "setup-link";
/// What else may be in a folder that is Perch's alone.
const BESIDE: [&str; 2] = ["master.key", "lost+found"];
/// What others than the owner may do.
const OTHERS: u32 = 0o077;
const OTHERS_WRITE: u32 = 0o022;

/// From here on nothing that this process makes can be read by others.
pub fn keep_private() {
    rustix::process::umask(Mode::RWXG | Mode::RWXO);
}

/// Makes the database's file, empty, if it is not there. `SQLite` gives the files that it makes beside it the same mode.
pub fn create_database(path: &Path) -> Result<(), DataDirError> {
    match OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
    {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            Err(unusable(path)(error))
        }
        _ => Ok(()),
    }
}

/// What others may do with the folder and its files although they should not.
fn open_to_others(folder: &Path) -> Vec<(PathBuf, Metadata)> {
    let files = FILES
        .iter()
        .map(|name| folder.join(name))
        .filter_map(|path| fs::metadata(&path).ok().map(|metadata| (path, metadata)));
    let mut open: Vec<_> = files
        .filter(|(_, metadata)| metadata.mode() & OTHERS != 0)
        .collect();
    // A folder that is used for other things too may be looked into.
    let bits = if is_ours_alone(folder) {
        OTHERS
    } else {
        OTHERS_WRITE
    };
    open.extend(
        fs::metadata(folder)
            .ok()
            .filter(|metadata| metadata.mode() & bits != 0)
            .map(|metadata| (folder.to_owned(), metadata)),
    );
    open
}

fn is_ours_alone(folder: &Path) -> bool {
    let ours = |name: &str| FILES.contains(&name) || BESIDE.contains(&name);
    fs::read_dir(folder).is_ok_and(|mut entries| {
        entries.all(|entry| entry.is_ok_and(|entry| entry.file_name().to_str().is_some_and(ours)))
    })
}

/// Closes folder and files to others, where they belong to whoever runs the server, and warns of what stays open.
pub fn close_to_others(folder: &Path) {
    let us = rustix::process::geteuid().as_raw();
    for (path, metadata) in open_to_others(folder) {
        let ours = metadata.uid() == us && (metadata.is_file() || is_ours_alone(folder));
        let mode = metadata.mode() & 0o7777 & !OTHERS;
        if ours && fs::set_permissions(&path, fs::Permissions::from_mode(mode)).is_ok() {
            tracing::warn!(path = %path.display(), "others could read or change this; now only its owner can");
        } else {
            tracing::warn!(path = %path.display(), "others can read or change this; its owner closes it with `chmod go=`");
        }
    }
}

/// What `doctor` says of the folder.
pub fn finding(folder: &Path) -> Finding {
    let open: Vec<_> = open_to_others(folder)
        .into_iter()
        .map(|(path, _)| path.display().to_string())
        .collect();
    let detail = if open.is_empty() {
        "Only its owner can read what is in it.".to_owned()
    } else {
        format!(
            "Others can read or change {paths}; run `chmod go= {paths}`.",
            paths = open.join(" ")
        )
    };
    Finding {
        good: open.is_empty(),
        subject: "Data folder",
        detail,
    }
}

/// Makes the folder if it is not there.
pub fn create(path: &Path) -> Result<(), DataDirError> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(unusable(path))
}

/// Reads the master key; with `create`, makes one where there is none.
pub fn master_keys(path: &Path, create: Option<&dyn Entropy>) -> Result<MasterKeys, DataDirError> {
    match (fs::metadata(path), create) {
        (Ok(metadata), _) if metadata.permissions().mode() & 0o077 != 0 => {
            return Err(DataDirError::Readable {
                path: path.to_owned(),
            });
        }
        (Ok(_), _) => {}
        (Err(error), Some(entropy)) if error.kind() == std::io::ErrorKind::NotFound => {
            let mut random = [0; 32];
            entropy.fill(&mut random);
            write_secret(path, &MasterKeys::file_for(&mut random))?;
        }
        (Err(_), None) => {
            return Err(DataDirError::Missing(
                path.parent().unwrap_or(path).to_owned(),
            ));
        }
        (Err(error), Some(_)) => return Err(unusable(path)(error)),
    }
    let text = Zeroizing::new(fs::read_to_string(path).map_err(unusable(path))?);
    MasterKeys::parse(&text).map_err(|source| DataDirError::Key {
        path: path.to_owned(),
        source,
    })
}

/// Writes a file only its owner can read, and makes sure it is on disk. One that exists is not overwritten.
fn write_secret(path: &Path, text: &str) -> Result<(), DataDirError> {
    let write = || {
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    };
    write().map_err(unusable(path))
}

/// Writes a setup link for the operator, replacing an earlier one.
pub fn write_link(path: &Path, link: &str) -> Result<(), DataDirError> {
    remove_link(path)?;
    write_secret(path, &format!("{link}\n"))
}

/// Removes a setup link that is of no use any more.
pub fn remove_link(path: &Path) -> Result<(), DataDirError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(unusable(path)(error)),
        _ => Ok(()),
    }
}
