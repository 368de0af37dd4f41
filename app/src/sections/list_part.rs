//! Long lists are filtered, and shown page by page.

use super::fields::value;
use crate::components::Paging;
use crate::wire::Fields;

/// The part of a list that an address or a form chooses.
#[derive(Clone, Debug, Default)]
pub struct ListQuery {
    pub filter: String,
    pub page: usize,
}

impl ListQuery {
    /// From the fields `<list>-filter` and `<list>-page`.
    pub fn read(list: &str, fields: &Fields) -> Self {
        Self {
            filter: value(fields, &format!("{list}-filter")).trim().to_owned(),
            page: value(fields, &format!("{list}-page")).parse().unwrap_or(1),
        }
    }
}

/// The address of the settings page at the part of a list that a form was sent from.
pub(super) fn address_of(list: &str, fields: &Fields) -> String {
    let kept = [format!("{list}-filter"), format!("{list}-page")].map(|name| {
        let value = value(fields, &name).to_owned();
        (name, value)
    });
    let kept = kept
        .into_iter()
        .filter(|(_, value)| !matches!(value.as_str(), "" | "1"));
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(kept)
        .finish();
    let query = if query.is_empty() {
        query
    } else {
        format!("?{query}")
    };
    format!("/settings/embed{query}#{list}")
}

/// Rows on one page of a list.
const PAGE_ROWS: usize = 50;

/// One page of the rows whose texts contain the filter.
pub(super) fn paged<T>(
    rows: Vec<T>,
    query: &ListQuery,
    texts: impl Fn(&T) -> String,
) -> (Vec<T>, Paging) {
    let total = rows.len();
    let filter = query.filter.to_lowercase();
    let found: Vec<_> = rows
        .into_iter()
        .filter(|row| texts(row).to_lowercase().contains(&filter))
        .collect();
    let pages = found.len().div_ceil(PAGE_ROWS).max(1);
    let page = query.page.clamp(1, pages);
    let paging = Paging {
        filter: query.filter.clone(),
        page,
        pages,
        found: found.len(),
        total,
    };
    (
        found
            .into_iter()
            .skip((page - 1) * PAGE_ROWS)
            .take(PAGE_ROWS)
            .collect(),
        paging,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_the_rows_that_pass_the_filter() {
        let rows: Vec<usize> = (0..120).collect();
        let page = |filter: &str, page| {
            paged(
                rows.clone(),
                &ListQuery {
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
