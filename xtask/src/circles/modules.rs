//! The modules of one crate, and which file a path means: a name that a module re-exports leads to the file that defines it.

use super::source::{Import, Path, Source};
use std::collections::{BTreeMap, BTreeSet};

/// How many re-exports in a row are followed.
const MAX_REEXPORTS: usize = 8;

/// What a path means.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Meaning {
    Module(Path),
    /// An item, by the module whose file defines it.
    Item(Path),
}

pub struct Modules {
    modules: BTreeMap<Path, Source>,
}

impl Modules {
    /// The files by their names below `src`, such as `tokens/issue.rs`. Tests and `main.rs`, which is a crate of its own, are left
    /// out.
    pub fn read(files: &[(String, String)]) -> Self {
        let modules = files
            .iter()
            .filter_map(|(name, text)| Some((module_of(name)?, Source::read(text))))
            .collect();
        Self { modules }
    }

    /// Which file needs which other file, and by which path.
    pub fn edges(&self) -> BTreeMap<(String, String), String> {
        let mut edges = BTreeMap::new();
        for (module, source) in &self.modules {
            for import in &source.imports {
                let found = self.resolve(module, &import.path, MAX_REEXPORTS);
                let target = match found {
                    Some(Meaning::Item(target)) => target,
                    Some(Meaning::Module(target)) if import.name == "*" => target,
                    // A module alone: the paths that begin with its name tell which files are needed.
                    Some(Meaning::Module(_)) | None => continue,
                };
                let is_reexport = import.is_public && target.starts_with(module);
                if !is_reexport {
                    self.add(&mut edges, module, &target, &import.path);
                }
            }
            for path in &source.paths {
                if let Some(Meaning::Item(target)) = self.resolve(module, path, MAX_REEXPORTS) {
                    self.add(&mut edges, module, &target, path);
                }
            }
        }
        edges
    }

    fn add(
        &self,
        edges: &mut BTreeMap<(String, String), String>,
        from: &Path,
        to: &Path,
        path: &Path,
    ) {
        if from != to && self.modules.contains_key(to) {
            edges
                .entry((name_of(from), name_of(to)))
                .or_insert_with(|| path.join("::"));
        }
    }

    /// Inherent `impl` blocks that stand neither in their type's file nor in the folder of its module.
    pub fn strayed_impls(&self) -> BTreeSet<String> {
        let mut strayed = BTreeSet::new();
        for (module, source) in &self.modules {
            for path in &source.impls {
                let Some(Meaning::Item(home)) = self.resolve(module, path, MAX_REEXPORTS) else {
                    continue;
                };
                let is_at_home = home == *module || (!home.is_empty() && module.starts_with(&home));
                if !is_at_home {
                    strayed.insert(format!(
                        "{}: impl {}, which {} defines",
                        name_of(module),
                        path.join("::"),
                        name_of(&home)
                    ));
                }
            }
        }
        strayed
    }

    /// What a path means in a module; `None` where another crate or a local name is meant.
    fn resolve(&self, module: &Path, path: &[String], left: usize) -> Option<Meaning> {
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => self.walk(Path::new(), rest, left),
            "self" => self.walk(module.clone(), rest, left),
            "super" => {
                let (_, parent) = module.split_last()?;
                let parent = parent.to_vec();
                if rest.first().is_some_and(|next| next == "super") {
                    return self.resolve(&parent, rest, left);
                }
                self.walk(parent, rest, left)
            }
            _ => {
                let source = self.modules.get(module)?;
                let is_known = source.defined.contains(first)
                    || self.modules.contains_key(&child(module, first))
                    || source.imports.iter().any(|import| import.name == *first);
                is_known.then(|| self.walk(module.clone(), path, left))?
            }
        }
    }

    /// Goes down from a module.
    fn walk(&self, mut module: Path, path: &[String], left: usize) -> Option<Meaning> {
        let mut rest = path;
        while let Some((next, after)) = rest.split_first() {
            let below = child(&module, next);
            let is_module = self.modules.contains_key(&below);
            if is_module && !after.is_empty() {
                module = below;
                rest = after;
                continue;
            }
            // A function may have the name of its module.
            let item = self.item(&module, rest, left);
            return match item {
                None if is_module => Some(Meaning::Module(below)),
                None if left == MAX_REEXPORTS => self.generated(&module, next),
                found => found,
            };
        }
        Some(Meaning::Module(module))
    }

    /// An item that a macro defines; `None` where the name is of another crate.
    fn generated(&self, module: &Path, name: &str) -> Option<Meaning> {
        let mut imports = self.modules.get(module)?.imports.iter();
        (!imports.any(|import| import.name == name)).then(|| Meaning::Item(module.clone()))
    }

    /// The item that a path of a module begins with; the rest names its variants or methods.
    fn item(&self, module: &Path, path: &[String], left: usize) -> Option<Meaning> {
        let (name, after) = path.split_first()?;
        let source = self.modules.get(module)?;
        if source.defined.contains(name) {
            return Some(Meaning::Item(module.clone()));
        }
        let left = left.checked_sub(1)?;
        let through = |import: &Import, rest: &[String]| {
            let path: Path = import.path.iter().chain(rest).cloned().collect();
            self.resolve(module, &path, left)
        };
        let imports = source.imports.iter();
        imports
            .clone()
            .filter(|import| import.name == *name)
            .find_map(|import| through(import, after))
            .or_else(|| {
                imports
                    .filter(|import| import.name == "*")
                    .find_map(|import| through(import, path))
            })
    }
}

fn child(module: &Path, name: &str) -> Path {
    module.iter().cloned().chain([name.to_owned()]).collect()
}

/// `tokens/issue.rs` is `tokens::issue`, `tokens/mod.rs` is `tokens`, `lib.rs` is the root.
fn module_of(file: &str) -> Option<Path> {
    let mut path: Path = file
        .strip_suffix(".rs")?
        .split('/')
        .map(str::to_owned)
        .collect();
    if file == "main.rs" || path.iter().any(|part| part == "tests") {
        return None;
    }
    if file == "lib.rs" || path.last().is_some_and(|last| last == "mod") {
        path.pop();
    }
    Some(path)
}

/// A module's name in what is printed.
fn name_of(module: &Path) -> String {
    if module.is_empty() {
        "lib".to_owned()
    } else {
        module.join("::")
    }
}
