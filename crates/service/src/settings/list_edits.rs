//! Saving a list that two people may edit at once: what was edited is held against what is stored, row by row.
//!
//! Rows left as they were are never written, so edits of different rows do not meet. Edits of the same row do, and then
//! nothing is saved: the second person is told what the first one did.

use perch_domain::refusal::Violations;
use perch_domain::{Code, Refusal, Violation, ViolationCode};

/// A stored row that is edited into an `N`.
pub(crate) trait Editable<N> {
    type Id: Copy + PartialEq;
    /// Name of the list and of the field that must be unique in it, as in `origins[3].origin`.
    const PLACE: (&'static str, &'static str);
    fn id(&self) -> Self::Id;
    fn version(&self) -> i64;
    /// What must be unique.
    fn key(&self) -> &str;
    fn key_of(new: &N) -> &str;
    fn is_same(&self, new: &N) -> bool;
    /// Who changed it last, and into what.
    fn told(&self) -> String;
}

/// An edit that reads well; `new` is absent where the row is to go.
pub(crate) struct RequestedEdit<I, N> {
    /// Place in the form.
    pub at: usize,
    pub id: Option<I>,
    /// The version that was edited.
    pub version: i64,
    pub new: Option<N>,
}

/// What has to be done so that the stored rows become the wanted ones.
pub(crate) struct EditPlan<'a, R, N> {
    pub removed: Vec<&'a R>,
    pub updated: Vec<(&'a R, &'a N)>,
    pub added: Vec<&'a N>,
}

impl<'a, R: Editable<N>, N> EditPlan<'a, R, N> {
    /// Compares.
    ///
    /// # Errors
    /// `CONFLICT` or `REQUEST_INVALID`, naming each row.
    pub fn make(stored: &'a [R], wanted: &'a [RequestedEdit<R::Id, N>]) -> Result<Self, Refusal> {
        let mut plan = Self {
            removed: Vec::new(),
            updated: Vec::new(),
            added: Vec::new(),
        };
        let mut conflicts = Vec::new();
        for edit in wanted {
            let mut conflict = |message| {
                conflicts.push(Violation {
                    field: Self::field(edit.at),
                    code: ViolationCode::InvalidValue,
                    message,
                });
            };
            let row = edit
                .id
                .and_then(|id| stored.iter().find(|row| row.id() == id));
            match (edit.id, row, &edit.new) {
                (None, _, Some(new)) => plan.added.push(new),
                (None, _, None) | (Some(_), None, None) => {}
                (Some(_), None, Some(_)) => {
                    conflict(
                        "Somebody removed this meanwhile. Add it again to keep it.".to_owned(),
                    );
                }
                (Some(_), Some(row), Some(new)) if row.is_same(new) => {}
                (Some(_), Some(row), _) if row.version() != edit.version => {
                    conflict(row.told());
                }
                (Some(_), Some(row), Some(new)) => plan.updated.push((row, new)),
                (Some(_), Some(row), None) => plan.removed.push(row),
            }
        }
        if !conflicts.is_empty() {
            return Err(Refusal {
                violations: conflicts,
                ..Refusal::new(Code::Conflict)
            });
        }
        plan.check_unique(stored, wanted)?;
        Ok(plan)
    }

    /// What stays must not clash with what is new.
    fn check_unique(
        &self,
        stored: &[R],
        wanted: &[RequestedEdit<R::Id, N>],
    ) -> Result<(), Refusal> {
        let mut faults = Violations::default();
        for (edit, new) in wanted
            .iter()
            .filter_map(|edit| edit.new.as_ref().map(|new| (edit, new)))
        {
            let leaves = |row: &R| {
                self.removed.iter().any(|gone| gone.id() == row.id())
                    || self.updated.iter().any(|(other, _)| other.id() == row.id())
            };
            let taken = stored.iter().any(|row| {
                row.key() == R::key_of(new) && Some(row.id()) != edit.id && !leaves(row)
            });
            let twice = wanted
                .iter()
                .filter(|other| other.at < edit.at)
                .filter_map(|other| other.new.as_ref())
                .any(|other| R::key_of(other) == R::key_of(new));
            if taken || twice {
                faults.add(
                    Self::field(edit.at),
                    ViolationCode::DuplicateField,
                    format!("{} is already listed.", R::key_of(new)),
                );
            }
        }
        faults.into_result()
    }

    fn field(at: usize) -> String {
        let (list, field) = R::PLACE;
        format!("{list}[{at}].{field}")
    }

    /// The updated rows whose unique value changes.
    pub fn renamed(&self) -> impl Iterator<Item = &'a R> {
        self.updated
            .iter()
            .filter(|(row, new)| row.key() != R::key_of(new))
            .map(|(row, _)| *row)
    }

    /// How many rows change.
    pub fn len(&self) -> usize {
        self.removed.len() + self.updated.len() + self.added.len()
    }

    /// The rows as they were and as they will be, as JSON for the audit log.
    pub fn before_and_after(
        &self,
        row: impl Fn(&R) -> serde_json::Value,
        new: impl Fn(&N) -> serde_json::Value,
    ) -> (Option<String>, Option<String>) {
        let before: Vec<_> = self
            .removed
            .iter()
            .copied()
            .chain(self.updated.iter().map(|(old, _)| *old))
            .map(row)
            .collect();
        let after: Vec<_> = self
            .updated
            .iter()
            .map(|(_, next)| *next)
            .chain(self.added.iter().copied())
            .map(new)
            .collect();
        (
            Some(serde_json::Value::from(before).to_string()),
            Some(serde_json::Value::from(after).to_string()),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Row(u8, i64, &'static str);

    impl Editable<&'static str> for Row {
        type Id = u8;
        const PLACE: (&'static str, &'static str) = ("rows", "name");
        fn id(&self) -> u8 {
            self.0
        }
        fn version(&self) -> i64 {
            self.1
        }
        fn key(&self) -> &str {
            self.2
        }
        fn key_of<'n>(new: &'n &'static str) -> &'n str {
            new
        }
        fn is_same(&self, new: &&'static str) -> bool {
            self.2 == *new
        }
        fn told(&self) -> String {
            format!("Ada wrote {}.", self.2)
        }
    }

    const STORED: [Row; 2] = [Row(1, 5, "a"), Row(2, 1, "b")];

    fn plan(
        edits: &[(Option<u8>, i64, Option<&'static str>)],
    ) -> Result<(usize, usize, usize), (Code, String)> {
        let wanted: Vec<_> = edits
            .iter()
            .enumerate()
            .map(|(at, (id, version, new))| RequestedEdit {
                at,
                id: *id,
                version: *version,
                new: *new,
            })
            .collect();
        let plan = EditPlan::make(&STORED, &wanted);
        plan.map(|plan| (plan.removed.len(), plan.updated.len(), plan.added.len()))
            .map_err(|refusal| (refusal.code, refusal.violations[0].field.clone()))
    }

    #[test]
    fn rows_as_they_were_are_left_alone() {
        assert_eq!(
            plan(&[(Some(1), 5, Some("a")), (Some(2), 0, Some("b"))]),
            Ok((0, 0, 0))
        );
        assert_eq!(
            plan(&[
                (Some(1), 5, Some("c")),
                (Some(2), 1, None),
                (None, 0, Some("d"))
            ]),
            Ok((1, 1, 1))
        );
    }

    #[test]
    fn an_edit_of_what_somebody_changed_or_removed_is_a_conflict() {
        assert_eq!(
            plan(&[(Some(1), 4, Some("c"))]),
            Err((Code::Conflict, "rows[0].name".into()))
        );
        assert_eq!(
            plan(&[(None, 0, Some("z")), (Some(9), 1, Some("c"))]),
            Err((Code::Conflict, "rows[1].name".into()))
        );
        assert_eq!(
            plan(&[(Some(9), 1, None)]),
            Ok((0, 0, 0)),
            "removing what is gone is done already"
        );
    }

    #[test]
    fn names_stay_unique_and_may_trade_places() {
        assert_eq!(
            plan(&[(None, 0, Some("a"))]),
            Err((Code::RequestInvalid, "rows[0].name".into()))
        );
        assert_eq!(
            plan(&[(None, 0, Some("n")), (None, 0, Some("n"))]),
            Err((Code::RequestInvalid, "rows[1].name".into()))
        );
        assert_eq!(
            plan(&[(Some(1), 5, None), (None, 0, Some("a"))]),
            Ok((1, 0, 1))
        );
    }
}
