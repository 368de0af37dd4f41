//! What happens when a section's form is sent: one function for each, called by the page's own POST and by the server
//! function. It answers with the section's next state; a refusal leaves the form as it was typed.

pub mod attributes;
pub mod introspection;
pub mod origins;
pub mod sandbox;
mod shared;
pub mod tester;

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
        Self {
            state,
            focus: focus.into(),
            saved: None,
            conflict: false,
        }
    }

    fn saved(state: S, focus: impl Into<String>, changed: usize) -> Self {
        Self {
            saved: Some(changed),
            ..Self::show(state, focus)
        }
    }

    fn conflict(state: S, focus: impl Into<String>) -> Self {
        Self {
            conflict: true,
            ..Self::show(state, focus)
        }
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
        Self {
            filter: value(&format!("{list}-filter")).trim().to_owned(),
            page: value(&format!("{list}-page")).parse().unwrap_or(1),
        }
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
    let found: Vec<_> = rows
        .into_iter()
        .filter(|row| texts(row).to_lowercase().contains(&wanted))
        .collect();
    let pages = found.len().div_ceil(PAGE).max(1);
    let page = asked.page.clamp(1, pages);
    let paging = Paging {
        filter: asked.filter.clone(),
        page,
        pages,
        found: found.len(),
        total,
    };
    (
        found
            .into_iter()
            .skip((page - 1) * PAGE)
            .take(PAGE)
            .collect(),
        paging,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_what_was_asked_for() {
        let rows: Vec<usize> = (0..120).collect();
        let page = |filter: &str, page| {
            paged(
                rows.clone(),
                &Asked {
                    filter: filter.into(),
                    page,
                },
                ToString::to_string,
            )
        };
        assert_eq!(page("", 3).0, (100..120).collect::<Vec<_>>());
        assert_eq!(
            (page("", 9).1.page, page("", 0).1.page, page("", 1).1.pages),
            (3, 1, 3)
        );
        assert_eq!(
            page("11", 1).0,
            [11, 110, 111, 112, 113, 114, 115, 116, 117, 118, 119]
        );
        assert_eq!((page("x", 1).0.len(), page("x", 1).1.pages), (0, 1));
    }
}
