//! Rows that two people may edit at once: compares the typed, the shown and the stored values.

use super::fields::is_unedited;
use leptos::prelude::*;

/// A row that two people may edit at once.
pub(super) trait EditableRow: Clone + Default {
    fn id(&self) -> &str;
    fn version(&self) -> &str;
    fn was(&self) -> &str;
    fn values(&self) -> String;
    fn is_removed(&self) -> bool;
    fn is_blank(&self) -> bool;
    /// The stored row as a sentence.
    fn described(&self) -> String;
    /// Notes whether the row differs from the shown values, and takes over the fields that nobody can edit.
    fn mark(&mut self, unsaved: bool, stored: Option<&Self>);
    /// Continues from the stored row after a conflict. `theirs` describes the stored row.
    fn merge(&mut self, stored: Option<&Self>, theirs: String);
}

/// Implements [`EditableRow`]: the fields that a person can edit, in the order of `values`; the fields that only the stored row
/// has; when a new row counts as blank; and the sentence about the stored row.
macro_rules! editable_row {
    ($row:ident { $($field:ident: $kind:ty),+ }, [$($beside:ident),+], $blank:expr, $describe:expr) => {
        impl $crate::sections::list_edit::EditableRow for $row {
            fn id(&self) -> &str {
                &self.id
            }

            fn version(&self) -> &str {
                &self.version
            }

            fn was(&self) -> &str {
                &self.was
            }

            fn values(&self) -> String {
                self.values()
            }

            fn is_removed(&self) -> bool {
                self.removed
            }

            fn is_blank(&self) -> bool {
                let blank: fn(&Self) -> bool = $blank;
                blank(self)
            }

            fn described(&self) -> String {
                let describe: fn(&Self) -> String = $describe;
                describe(self)
            }

            fn mark(&mut self, unsaved: bool, stored: Option<&Self>) {
                self.unsaved = unsaved;
                if let Some(stored) = stored {
                    $(self.$beside.clone_from(&stored.$beside);)+
                    self.changed.clone_from(&stored.changed);
                }
            }

            fn merge(&mut self, stored: Option<&Self>, theirs: String) {
                self.theirs = Some(theirs);
                // A field that only the other person changed is taken over.
                let was: Option<($($kind),+)> = serde_json::from_str(&self.was).ok();
                if let (Some(stored), Some(($($field),+))) = (stored, was) {
                    $(if self.$field == $field {
                        self.$field.clone_from(&stored.$field);
                    })+
                }
                let nothing = Self::default();
                let stored = stored.unwrap_or(&nothing);
                (self.id, self.version, self.was) = (stored.id.clone(), stored.version.clone(), stored.was.clone());
            }
        }
    };
}
pub(super) use editable_row;

/// The rows with the typed values. An unedited row is shown as it is stored now; if it was removed meanwhile, it is left out.
pub(super) fn refreshed<R: EditableRow>(typed: Vec<R>, stored: &[R]) -> Vec<R> {
    let known = |row: &R| {
        stored
            .iter()
            .find(|known| !row.id().is_empty() && known.id() == row.id())
    };
    let row = |mut row: R| {
        let known = known(&row);
        if !row.id().is_empty() && is_unedited(row.was(), &row.values(), row.is_removed()) {
            return known.cloned();
        }
        // A program may not send the shown values. The stored values count then.
        let was = if row.was().is_empty() {
            known.map(EditableRow::values)
        } else {
            Some(row.was().to_owned())
        };
        let differs = if row.id().is_empty() {
            !row.is_blank()
        } else {
            row.is_removed() || was.is_none_or(|was| was != row.values())
        };
        row.mark(differs, known);
        Some(row)
    };
    typed.into_iter().filter_map(row).collect()
}

/// Shows the stored row beside every edited row that differs. Typed values stay, and saving again stores them. A row that both
/// people removed is left out.
pub(super) fn show_both<R: EditableRow>(rows: &mut Vec<R>, stored: &[R]) {
    let known = |row: &R| stored.iter().find(|known| known.id() == row.id());
    rows.retain(|row| row.id().is_empty() || !row.is_removed() || known(row).is_some());
    for row in rows.iter_mut().filter(|row| !row.id().is_empty()) {
        match known(row) {
            Some(theirs)
                if theirs.version() != row.version() && theirs.values() != row.values() =>
            {
                row.merge(Some(theirs), theirs.described());
            }
            Some(_) => {}
            None => row.merge(
                None,
                "Somebody removed it meanwhile. Saving adds it again.".to_owned(),
            ),
        }
    }
}

/// Replaces the row at an index by the stored row.
pub(super) fn take_theirs<R: EditableRow>(rows: &mut [R], stored: Vec<R>, at: &str) {
    if let Some(row) = at.parse::<usize>().ok().and_then(|at| rows.get_mut(at)) {
        *row = stored
            .into_iter()
            .find(|known| known.id() == row.id())
            .unwrap_or_default();
    }
}

/// The number of unsaved rows. The browser updates it while a person edits.
pub(super) fn unsaved_text(count: usize) -> Option<String> {
    // No text rather than an empty one: the stylesheet hides Discard while the element is empty.
    match count {
        0 => None,
        1 => Some("1 change not saved yet".to_owned()),
        many => Some(format!("{many} changes not saved yet")),
    }
}

/// The stored row after a conflict, and the button that takes it over.
pub(super) fn theirs(at: &str, theirs: Option<&String>, stored: bool) -> Option<AnyView> {
    let take = stored.then(|| view! { <button type="submit" class="button small" name="intent" value=format!("theirs:{at}")>"Use theirs"</button> });
    theirs.map(|theirs| view! { <p class="notice caution theirs"><bdi>{theirs.clone()}</bdi>" Saving again keeps yours. "{take}</p> }.into_any())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sections::origins::state::OriginFields;

    fn row(id: &str, version: &str, shown: &str, origin: &str) -> OriginFields {
        let shown = OriginFields {
            origin: shown.into(),
            ..OriginFields::default()
        };
        let was = if id.is_empty() {
            String::new()
        } else {
            shown.values()
        };
        OriginFields {
            id: id.into(),
            version: version.into(),
            origin: origin.into(),
            was,
            ..OriginFields::default()
        }
    }

    #[test]
    fn a_conflict_shows_both_versions_and_unedited_rows_are_as_stored() {
        let stored = [
            row("1", "2", "theirs", "theirs"),
            row("2", "1", "same", "same"),
            row("4", "2", "newer", "newer"),
        ];
        let typed = vec![
            row("1", "1", "old", "mine"),
            row("2", "1", "same", "changed"),
            row("3", "1", "gone", "kept"),
            row("4", "1", "older", "older"),
            row("5", "1", "untouched and gone", "untouched and gone"),
            OriginFields {
                removed: true,
                ..row("6", "1", "removed by both", "removed by both")
            },
            row("", "", "", "new"),
            row("", "", "", ""),
        ];
        let mut rows = refreshed(typed, &stored);
        show_both(&mut rows, &stored);
        let shown: Vec<_> = rows
            .iter()
            .map(|row| {
                (
                    row.id.as_str(),
                    row.version.as_str(),
                    row.origin.as_str(),
                    row.unsaved,
                    row.theirs.is_some(),
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                ("1", "2", "mine", true, true),
                ("2", "1", "changed", true, false),
                ("", "", "kept", true, true),
                ("4", "2", "newer", false, false),
                ("", "", "new", true, false),
                ("", "", "", false, false),
            ]
        );
        // When two people edit one row, each keeps the fields that the other did not edit.
        let labelled = OriginFields {
            label: "mine".into(),
            ..row("1", "1", "old", "old")
        };
        let moved = [OriginFields {
            environment: "production".into(),
            seen: "Connected: here".into(),
            ..row("1", "2", "old", "old")
        }];
        let mut both = refreshed(vec![labelled], &moved);
        show_both(&mut both, &moved);
        assert_eq!(
            (both[0].label.as_str(), both[0].environment.as_str()),
            ("mine", "production")
        );
        assert_eq!(
            both[0].seen, "Connected: here",
            "the fields that only the stored row has stay"
        );
        take_theirs(&mut rows, stored.to_vec(), "0");
        assert_eq!(
            (rows[0].origin.as_str(), rows[0].unsaved),
            ("theirs", false)
        );
    }
}
