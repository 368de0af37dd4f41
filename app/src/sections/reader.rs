//! Reads from the service for one request. What several sections show is read once.

use perch_service::{
    ActorContext, AttributeReport, AttributeView, OrganizationKeys, OriginView, Perch, PersonaView,
    Refusal,
};
use std::sync::Arc;

/// The service for one person and one request. After a write, [`Reader::forget`] lets everything be read again.
pub struct Reader {
    pub perch: Perch,
    pub acting: ActorContext,
    known: Known,
}

#[derive(Default)]
struct Known {
    is_refreshed: bool,
    origins: Option<Arc<Vec<OriginView>>>,
    keys: Option<Arc<OrganizationKeys>>,
    attributes: Option<Arc<Vec<AttributeView>>>,
    attribute_report: Option<Arc<AttributeReport>>,
    personas: Option<Arc<Vec<PersonaView>>>,
}

impl Reader {
    pub fn new(perch: Perch, acting: ActorContext) -> Self {
        Self {
            perch,
            acting,
            known: Known::default(),
        }
    }

    /// Forgets what was read. Call this after every write.
    pub fn forget(&mut self) {
        self.known = Known::default();
    }

    /// The time in Unix seconds.
    pub fn now_seconds(&self) -> i64 {
        self.perch.system.now().div_euclid(1_000)
    }

    /// Brings the configuration in memory up to date.
    pub async fn refresh(&mut self) -> Result<(), Refusal> {
        if !self.known.is_refreshed {
            self.perch.settings.refresh().await?;
            self.known.is_refreshed = true;
        }
        Ok(())
    }

    pub async fn origins(&mut self) -> Result<Arc<Vec<OriginView>>, Refusal> {
        if let Some(known) = &self.known.origins {
            return Ok(known.clone());
        }
        let read = Arc::new(self.perch.settings.origins(&self.acting).await?);
        self.known.origins = Some(read.clone());
        Ok(read)
    }

    pub async fn keys(&mut self) -> Result<Arc<OrganizationKeys>, Refusal> {
        if let Some(known) = &self.known.keys {
            return Ok(known.clone());
        }
        let read = Arc::new(self.perch.api_keys.of_organization(&self.acting).await?);
        self.known.keys = Some(read.clone());
        Ok(read)
    }

    pub async fn attributes(&mut self) -> Result<Arc<Vec<AttributeView>>, Refusal> {
        if let Some(known) = &self.known.attributes {
            return Ok(known.clone());
        }
        let read = Arc::new(self.perch.settings.attributes(&self.acting).await?);
        self.known.attributes = Some(read.clone());
        Ok(read)
    }

    /// Which keys send which attributes. For people who may edit attributes.
    pub async fn attribute_report(&mut self) -> Result<Arc<AttributeReport>, Refusal> {
        if let Some(known) = &self.known.attribute_report {
            return Ok(known.clone());
        }
        let (attributes, keys) = (self.attributes().await?, self.keys().await?);
        let settings = &self.perch.settings;
        let read = settings
            .attribute_report(&self.acting, &attributes, &keys)
            .await?;
        let read = Arc::new(read);
        self.known.attribute_report = Some(read.clone());
        Ok(read)
    }

    pub async fn personas(&mut self) -> Result<Arc<Vec<PersonaView>>, Refusal> {
        if let Some(known) = &self.known.personas {
            return Ok(known.clone());
        }
        let read = Arc::new(self.perch.sandbox.personas(&self.acting).await?);
        self.known.personas = Some(read.clone());
        Ok(read)
    }
}
