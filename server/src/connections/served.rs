//! What hyper calls for each request of a connection, and what it sends: both tell the connection's line where it stands.

use super::bounds::Answer;
use super::line::{Line, Phase};
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::Response;
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

pub(super) struct Served<H> {
    handler: H,
    line: Arc<Line>,
}

impl<H> Served<H> {
    pub fn new(handler: H, line: Arc<Line>) -> Self {
        Self { handler, line }
    }
}

impl<H: Fn(Request) -> Answer> hyper::service::Service<Request<Incoming>> for Served<H> {
    type Response = Response<Sent>;
    type Error = Infallible;
    type Future = Answering;

    fn call(&self, request: Request<Incoming>) -> Answering {
        self.line.turn(Phase::Busy);
        Answering {
            answer: (self.handler)(request.map(Body::new)),
            line: self.line.clone(),
        }
    }
}

/// An answer in the making.
pub(super) struct Answering {
    answer: Answer,
    line: Arc<Line>,
}

impl Future for Answering {
    type Output = Result<Response<Sent>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = ready!(self.answer.as_mut().poll(context));
        self.line.turn(Phase::Answering);
        Poll::Ready(answer.map(|response| {
            response.map(|body| Sent {
                body,
                line: self.line.clone(),
            })
        }))
    }
}

/// A body on its way; hyper drops it once nothing of it is left to be read.
pub(super) struct Sent {
    body: Body,
    line: Arc<Line>,
}

impl http_body::Body for Sent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Sent {
    fn drop(&mut self) {
        self.line.pass(Phase::Answering, Phase::Idle);
    }
}
