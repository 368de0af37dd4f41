//! What happens when a section's form is sent: one function for each, called by the page's own POST and by the server
//! function. It answers with the section's next state; a refusal leaves the form as it was typed.

pub mod attributes;
pub mod introspection;
pub mod origins;
pub mod sandbox;
pub mod tester;

use crate::forms::untouched;
use crate::model::Paging;

/// A section after its form was sent.
#[derive(Clone, Debug)]
pub struct Turn<S> {
    pub state: S,
    /// Field or element that takes the focus.
    pub focus: String,
    /// How many changes were saved, where the form was saved and nothing is left to show but that.
    pub saved: Option<usize>,
    /// Somebody else changed a row meanwhile: nothing was saved, and the state shows both.
    pub conflict: bool,
}

impl<S> Turn<S> {
    fn show(state: S, focus: impl Into<String>) -> Self {
        Self { state, focus: focus.into(), saved: None, conflict: false }
    }

    fn saved(state: S, focus: impl Into<String>, changed: usize) -> Self {
        Self { saved: Some(changed), ..Self::show(state, focus) }
    }

    fn conflict(state: S, focus: impl Into<String>) -> Self {
        Self { conflict: true, ..Self::show(state, focus) }
    }
}

/// A row that two people may edit at once.
trait Shared: Clone + Default {
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

/// The rows as they were typed. One that nobody touched is shown as it is stored now, or not at all.
fn refreshed<R: Shared>(typed: Vec<R>, stored: &[R]) -> Vec<R> {
    let known = |row: &R| stored.iter().find(|known| !row.id().is_empty() && known.id() == row.id());
    let row = |mut row: R| {
        let known = known(&row);
        if !row.id().is_empty() && untouched(row.was(), &row.values(), row.is_removed()) {
            return known.cloned();
        }
        // Without what was shown (a program), what is stored is what counts.
        let was = if row.was().is_empty() { known.map(Shared::values) } else { Some(row.was().to_owned()) };
        let differs = if row.id().is_empty() { !row.is_blank() } else { row.is_removed() || was.is_none_or(|was| was != row.values()) };
        row.mark(differs, known);
        Some(row)
    };
    typed.into_iter().filter_map(row).collect()
}

/// Puts what every edited row has become meanwhile beside it. Nothing that was typed is lost: saved again, it counts. What both
/// wanted gone is gone.
fn show_both<R: Shared>(rows: &mut Vec<R>, stored: &[R]) {
    let known = |row: &R| stored.iter().find(|known| known.id() == row.id());
    rows.retain(|row| row.id().is_empty() || !row.is_removed() || known(row).is_some());
    for row in rows.iter_mut().filter(|row| !row.id().is_empty()) {
        match known(row) {
            Some(theirs) if theirs.version() != row.version() && theirs.values() != row.values() => row.meet(Some(theirs), theirs.told()),
            Some(_) => {}
            None => row.meet(None, "Somebody removed it meanwhile. Saving adds it again.".to_owned()),
        }
    }
}

/// Lets the row at this place be as it is stored.
fn take_theirs<R: Shared>(rows: &mut [R], stored: Vec<R>, at: &str) {
    if let Some(row) = at.parse::<usize>().ok().and_then(|at| rows.get_mut(at)) {
        *row = stored.into_iter().find(|known| known.id() == row.id()).unwrap_or_default();
    }
}

/// Which part of a list is asked for.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub filter: String,
    pub page: usize,
}

impl Asked {
    /// From the names `<list>-filter` and `<list>-page`, in an address or in a form.
    pub fn read(list: &str, value: impl Fn(&str) -> String) -> Self {
        Self { filter: value(&format!("{list}-filter")).trim().to_owned(), page: value(&format!("{list}-page")).parse().unwrap_or(1) }
    }

    fn of(list: &str, fields: &[(String, String)]) -> Self {
        Self::read(list, |name| crate::forms::value(fields, name).to_owned())
    }
}

/// Rows on one page of a list.
const PAGE: usize = 50;

/// The part of a list that was asked for: what contains the filter, one page of it.
fn paged<T>(rows: Vec<T>, asked: &Asked, texts: impl Fn(&T) -> String) -> (Vec<T>, Paging) {
    let total = rows.len();
    let wanted = asked.filter.to_lowercase();
    let found: Vec<_> = rows.into_iter().filter(|row| texts(row).to_lowercase().contains(&wanted)).collect();
    let pages = found.len().div_ceil(PAGE).max(1);
    let page = asked.page.clamp(1, pages);
    let paging = Paging { filter: asked.filter.clone(), page, pages, found: found.len(), total };
    (found.into_iter().skip((page - 1) * PAGE).take(PAGE).collect(), paging)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::OriginRow;

    fn row(id: &str, version: &str, shown: &str, origin: &str) -> OriginRow {
        let shown = OriginRow { origin: shown.into(), ..OriginRow::default() };
        let was = if id.is_empty() { String::new() } else { shown.values() };
        OriginRow { id: id.into(), version: version.into(), origin: origin.into(), was, ..OriginRow::default() }
    }

    #[test]
    fn what_two_people_made_of_a_row_stands_side_by_side_and_the_rest_is_as_it_is_stored() {
        let stored = [row("1", "2", "theirs", "theirs"), row("2", "1", "same", "same"), row("4", "2", "newer", "newer")];
        let typed = vec![
            row("1", "1", "old", "mine"),
            row("2", "1", "same", "changed"),
            row("3", "1", "gone", "kept"),
            row("4", "1", "older", "older"),
            row("5", "1", "untouched and gone", "untouched and gone"),
            OriginRow { removed: true, ..row("6", "1", "removed by both", "removed by both") },
            row("", "", "", "new"),
            row("", "", "", ""),
        ];
        let mut rows = refreshed(typed, &stored);
        show_both(&mut rows, &stored);
        let told: Vec<_> =
            rows.iter().map(|row| (row.id.as_str(), row.version.as_str(), row.origin.as_str(), row.unsaved, row.theirs.is_some())).collect();
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
        let labelled = OriginRow { label: "mine".into(), ..row("1", "1", "old", "old") };
        let moved = [OriginRow { environment: "production".into(), ..row("1", "2", "old", "old") }];
        let mut both = refreshed(vec![labelled], &moved);
        show_both(&mut both, &moved);
        assert_eq!((both[0].label.as_str(), both[0].environment.as_str()), ("mine", "production"));
        take_theirs(&mut rows, stored.to_vec(), "0");
        assert_eq!((rows[0].origin.as_str(), rows[0].unsaved), ("theirs", false));
    }

    #[test]
    fn a_page_of_what_was_asked_for() {
        let rows: Vec<usize> = (0..120).collect();
        let page = |filter: &str, page| paged(rows.clone(), &Asked { filter: filter.into(), page }, ToString::to_string);
        assert_eq!(page("", 3).0, (100..120).collect::<Vec<_>>());
        assert_eq!((page("", 9).1.page, page("", 0).1.page, page("", 1).1.pages), (3, 1, 3));
        assert_eq!(page("11", 1).0, [11, 110, 111, 112, 113, 114, 115, 116, 117, 118, 119]);
        assert_eq!((page("x", 1).0.len(), page("x", 1).1.pages), (0, 1));
    }
}
