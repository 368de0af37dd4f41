//! What can be embedded, with the permissions and the component of each.

/// The kinds of embed that the sandbox offers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EmbedKind {
    #[default]
    Dashboard,
    Assistant,
    SelfService,
}

impl EmbedKind {
    pub const ALL: [Self; 3] = [Self::Dashboard, Self::Assistant, Self::SelfService];

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// The value in the form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dashboard => "dashboard",
            Self::Assistant => "assistant",
            Self::SelfService => "self-service",
        }
    }

    pub const fn title(self) -> &'static str {
        match self {
            Self::Dashboard => "A dashboard",
            Self::Assistant => "The AI assistant",
            Self::SelfService => "The self-service editor",
        }
    }

    /// The permissions that the embed needs, as `model.permission`.
    pub const fn permissions(self) -> &'static [&'static str] {
        match self {
            Self::Dashboard => &["dashboard.can_view", "chart.can_view"],
            Self::Assistant => &["dashboard.can_view", "chart.can_view", "ai.can_query"],
            Self::SelfService => &[
                "dashboard.can_view",
                "dashboard.can_edit",
                "chart.can_view",
                "chart.can_edit",
                "ai.can_query",
            ],
        }
    }

    /// The name of the component's element.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Dashboard => "tc-dashboard",
            Self::Assistant => "tc-ai-assistant",
            Self::SelfService => "tc-self-service-dashboard",
        }
    }
}
