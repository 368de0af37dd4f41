//! Rows that two people may edit at once: what was typed, what was shown, and what is stored now, held against each other.

use crate::forms::untouched;

/// A row that two people may edit at once.
pub(super) trait Shared: Clone + Default {
    fn id(&self) -> &str;
    fn version(&self) -> &str;
    fn was(&self) -> &str;
    fn values(&self) -> String;
    fn is_removed(&self) -> bool;
    fn is_blank(&self) -> bool;
    /// What it has become meanwhile, for people.
    fn told(&self) -> String;
    /// Notes whether it differs from what was shown, and what its stored row says beside it.
    fn mark(&mut self, unsaved: bool, stored: Option<&Self>);
    /// Goes on from what is stored now, beside what somebody else made of it.
    fn meet(&mut self, stored: Option<&Self>, theirs: String);
}

/// A kind of row by the fields a person can change, in the order of its `values`; the fields beside them that only the stored row
/// knows; when a new one counts as blank; and the words for what it has become.
macro_rules! shared {
    ($row:ident { $($field:ident: $kind:ty),+ }, [$($beside:ident),+], $blank:expr, $told:expr) => {
        impl $crate::flows::shared::Shared for $row {
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

            fn told(&self) -> String {
                let told: fn(&Self) -> String = $told;
                told(self)
            }

            fn mark(&mut self, unsaved: bool, stored: Option<&Self>) {
                self.unsaved = unsaved;
                if let Some(stored) = stored {
                    $(self.$beside.clone_from(&stored.$beside);)+
                    self.changed.clone_from(&stored.changed);
                }
            }

            fn meet(&mut self, stored: Option<&Self>, theirs: String) {
                self.theirs = Some(theirs);
                // What only the other one changed is taken over.
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
pub(super) use shared;

/// The rows as they were typed. One that nobody touched is shown as it is stored now, or not at all.
pub(super) fn refreshed<R: Shared>(typed: Vec<R>, stored: &[R]) -> Vec<R> {
    let known = |row: &R| {
        stored
            .iter()
            .find(|known| !row.id().is_empty() && known.id() == row.id())
    };
    let row = |mut row: R| {
        let known = known(&row);
        if !row.id().is_empty() && untouched(row.was(), &row.values(), row.is_removed()) {
            return known.cloned();
        }
        // Without what was shown (a program), what is stored is what counts.
        let was = if row.was().is_empty() {
            known.map(Shared::values)
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

/// Puts what every edited row has become meanwhile beside it. Nothing that was typed is lost: saved again, it counts. What both
/// wanted gone is gone.
pub(super) fn show_both<R: Shared>(rows: &mut Vec<R>, stored: &[R]) {
    let known = |row: &R| stored.iter().find(|known| known.id() == row.id());
    rows.retain(|row| row.id().is_empty() || !row.is_removed() || known(row).is_some());
    for row in rows.iter_mut().filter(|row| !row.id().is_empty()) {
        match known(row) {
            Some(theirs)
                if theirs.version() != row.version() && theirs.values() != row.values() =>
            {
                row.meet(Some(theirs), theirs.told());
            }
            Some(_) => {}
            None => row.meet(
                None,
                "Somebody removed it meanwhile. Saving adds it again.".to_owned(),
            ),
        }
    }
}

/// Lets the row at this place be as it is stored.
pub(super) fn take_theirs<R: Shared>(rows: &mut [R], stored: Vec<R>, at: &str) {
    if let Some(row) = at.parse::<usize>().ok().and_then(|at| rows.get_mut(at)) {
        *row = stored
            .into_iter()
            .find(|known| known.id() == row.id())
            .unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::OriginRow;

    fn row(id: &str, version: &str, shown: &str, origin: &str) -> OriginRow {
        let shown = OriginRow {
            origin: shown.into(),
            ..OriginRow::default()
        };
        let was = if id.is_empty() {
            String::new()
        } else {
            shown.values()
        };
        OriginRow {
            id: id.into(),
            version: version.into(),
            origin: origin.into(),
            was,
            ..OriginRow::default()
        }
    }

    #[test]
    fn what_two_people_made_of_a_row_stands_side_by_side_and_the_rest_is_as_it_is_stored() {
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
            OriginRow {
                removed: true,
                ..row("6", "1", "removed by both", "removed by both")
            },
            row("", "", "", "new"),
            row("", "", "", ""),
        ];
        let mut rows = refreshed(typed, &stored);
        show_both(&mut rows, &stored);
        let told: Vec<_> = rows
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
            told,
            [
                ("1", "2", "mine", true, true),
                ("2", "1", "changed", true, false),
                ("", "", "kept", true, true),
                ("4", "2", "newer", false, false),
                ("", "", "new", true, false),
                ("", "", "", false, false),
            ]
        );
        // Of two who edit one row, each keeps the field the other left alone.
        let labelled = OriginRow {
            label: "mine".into(),
            ..row("1", "1", "old", "old")
        };
        let moved = [OriginRow {
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
            "what only the stored row knows stays beside it"
        );
        take_theirs(&mut rows, stored.to_vec(), "0");
        assert_eq!(
            (rows[0].origin.as_str(), rows[0].unsaved),
            ("theirs", false)
        );
    }
}
