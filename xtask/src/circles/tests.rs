//! Small trees: what each of them is found to do wrong.

use super::findings_of;

const ORDER: &[&[&str]] = &[&["low"], &["high"], &["lib"]];

fn findings(files: &[(&str, &str)]) -> Vec<String> {
    let files: Vec<_> = files
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect();
    findings_of(&files, ORDER, &[])
}

#[test]
fn a_clean_tree_passes() {
    let found = findings(&[
        (
            "lib.rs",
            "mod high;\nmod low;\npub use high::High;\npub use low::Low;",
        ),
        (
            "high.rs",
            "use crate::Low;\npub struct High(Low);\nimpl High {}\nimpl Clone for High {}",
        ),
        (
            "low.rs",
            "//! use crate::High;\npub struct Low;\nconst SAYS: &str = \"crate::high::High\";\n#[cfg(test)]\nmod tests { use crate::high::High; }",
        ),
        ("low/tests.rs", "use crate::high::High;"),
    ]);
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn a_circle_is_found_through_imports_and_paths() {
    let found = findings(&[
        ("lib.rs", "mod low;"),
        ("low/mod.rs", "mod a;\nmod b;\nmod c;"),
        (
            "low/a.rs",
            "use super::b::{self, B};\npub fn a(_: B) { b::f() }",
        ),
        (
            "low/b.rs",
            "pub struct B;\npub fn f() { crate::low::c::g() }",
        ),
        ("low/c.rs", "use super::a;\npub fn g() { a::a() }"),
    ]);
    assert_eq!(
        found,
        [
            "a circle of 3 files:\n    low::a -> low::b by super::b::B\n    low::b -> low::c by crate::low::c::g\n    low::c -> low::a by a::a"
        ]
    );
}

#[test]
fn a_reexport_leads_to_the_file_that_defines_the_name() {
    let found = findings(&[
        ("lib.rs", "mod low;\npub use low::{Named, b::*};"),
        (
            "low/mod.rs",
            "pub mod a;\npub mod b;\npub use a::A as Named;",
        ),
        ("low/a.rs", "use crate::B;\npub struct A;"),
        ("low/b.rs", "use crate::Named;\npub struct B;"),
    ]);
    assert_eq!(
        found,
        [
            "a circle of 2 files:\n    low::a -> low::b by crate::B\n    low::b -> low::a by crate::Named"
        ]
    );
}

#[test]
fn a_parent_that_uses_what_its_child_imports_from_it_is_a_circle() {
    let found = findings(&[
        ("lib.rs", "mod low;"),
        (
            "low/mod.rs",
            "mod a;\npub struct Parent;\nfn f() { a::g() }",
        ),
        ("low/a.rs", "use super::Parent;\npub fn g() {}"),
    ]);
    assert_eq!(
        found,
        ["a circle of 2 files:\n    low -> low::a by a::g\n    low::a -> low by super::Parent"]
    );
}

#[test]
fn an_upward_import_is_refused() {
    let found = findings(&[
        ("lib.rs", "mod high;\nmod low;"),
        ("high.rs", "pub struct High;"),
        ("low.rs", "use crate::high::High;"),
        ("other.rs", "use crate::high::High;"),
    ]);
    assert_eq!(
        found,
        [
            "low must not import high, which is higher: crate::high::High",
            "other has no place in the order of folders",
        ]
    );
}

#[test]
fn an_inherent_impl_stands_beside_its_type() {
    let found = findings(&[
        ("lib.rs", "mod high;\nmod low;\npub struct Root;"),
        (
            "low.rs",
            "pub struct Low<'a>(&'a str);\npub fn f(_: impl Fn(char) -> bool) { '\\'' }",
        ),
        ("low/more.rs", "use super::Low;\nimpl<'a> Low<'a> {}"),
        (
            "high.rs",
            "use crate::{Root, low::Low};\nimpl Low<'_> {}\nimpl<T: Into<Root>> From<T> for Low<'_> {}\nimpl Root {}",
        ),
    ]);
    assert_eq!(
        found,
        [
            "high must not import lib, which is higher: crate::Root",
            "high: impl Low, which low defines",
            "high: impl Root, which lib defines",
        ]
    );
}

#[test]
fn functions_named_as_their_module_and_items_of_macros_are_found() {
    let found = findings(&[
        ("lib.rs", "mod low;\npub use elsewhere::Refusal;"),
        ("low/mod.rs", "mod a;\nmod b;\npub use a::a;"),
        (
            "low/a.rs",
            "use super::b::Made;\nuse crate::Refusal;\npub fn a(_: Made, _: Refusal) {}",
        ),
        (
            "low/b.rs",
            "use crate::low;\nmake!(Made);\nfn f() { g(low::a) }",
        ),
    ]);
    assert_eq!(
        found,
        [
            "a circle of 2 files:\n    low::a -> low::b by super::b::Made\n    low::b -> low::a by low::a"
        ]
    );
}
