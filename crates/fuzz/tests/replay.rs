//! The kept corpus: every input that once led somewhere new is tried again. `cargo xtask fuzz keep` writes it.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on may stop where it stands"
)]

use std::path::Path;

/// Bytes of all inputs together; the corpus is read by every test run and kept in the repository.
const LARGEST: usize = 300 * 1024;

fn inputs(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(target);
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| std::fs::read(entry.unwrap().path()).unwrap())
        .collect()
}

#[test]
fn every_kept_input_holds() {
    let mut size = 0;
    for (name, target) in perch_fuzz::TARGETS {
        let inputs = inputs(name);
        let accepted = inputs.iter().filter(|input| target(input)).count();
        assert!(
            accepted >= 5 && inputs.len() - accepted >= 5,
            "{name}: {accepted} of {} accepted, so the corpus says little",
            inputs.len()
        );
        size += inputs.iter().map(Vec::len).sum::<usize>();
    }
    assert!(size <= LARGEST, "the corpus has {size} bytes");
}
