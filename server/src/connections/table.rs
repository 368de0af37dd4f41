//! All connections of one listener, and the heads they await. Locked when a connection begins or ends and when a head comes in
//! pieces; never for a request that arrives whole.

use super::bounds::Bounds;
use super::line::{Line, Phase, Wish};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;

/// Connections that are looked at to find one that is idle; a bound for the time that a flood of new ones can cost.
const LOOKED_AT: usize = 256;

#[derive(Debug)]
pub(super) struct Table {
    bounds: Bounds,
    lines: Mutex<Lines>,
    /// Every seat holds a receiver.
    seats: watch::Sender<()>,
}

/// By their numbers, which only grow.
#[derive(Debug, Default)]
struct Lines {
    all: BTreeMap<u64, Arc<Line>>,
    heads: BTreeMap<u64, Arc<Line>>,
    last: u64,
    /// Where the search for an idle one goes on.
    hand: u64,
}

impl Lines {
    fn number(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    /// Sends the next idle connection away; `false` where none was found.
    fn make_room(&mut self) -> bool {
        let (after, before) = (self.all.range(self.hand..), self.all.range(..self.hand));
        let mut looked_at = after.chain(before).take(LOOKED_AT);
        let mut last = self.hand;
        let idle = looked_at.find(|(number, line)| {
            last = **number;
            line.phase() == Phase::Idle
        });
        let idle = idle.map(|(number, line)| (*number, line.clone()));
        self.hand = last + 1;
        let Some((number, line)) = idle else {
            return false;
        };
        self.all.remove(&number);
        line.tell(Wish::Leave);
        true
    }
}

impl Table {
    pub fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            lines: Mutex::default(),
            seats: watch::Sender::new(()),
        }
    }

    fn locked<T>(&self, f: impl FnOnce(&mut Lines) -> T) -> T {
        f(&mut self.lines.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A seat for a new connection; none where all are taken by connections that are in use.
    pub fn take(table: &Arc<Self>) -> Option<Seat> {
        let line = Arc::new(Line::new());
        let number = table.locked(|lines| {
            if lines.all.len() >= table.bounds.connections && !lines.make_room() {
                return None;
            }
            let number = lines.number();
            lines.all.insert(number, line.clone());
            Some(number)
        })?;
        Some(Seat {
            number,
            line,
            _taken: table.seats.subscribe(),
            table: table.clone(),
        })
    }

    /// Sends one idle connection away, if there is one.
    pub fn make_room(&self) {
        self.locked(Lines::make_room);
    }

    /// Lets every connection finish what it does, and waits until all have ended.
    pub async fn finish(&self) {
        let lines: Vec<_> = self.locked(|lines| lines.all.values().cloned().collect());
        for line in lines {
            line.tell(Wish::Finish);
        }
        self.seats.closed().await;
    }
}

/// A connection's place in the table, given back when it ends.
pub(super) struct Seat {
    number: u64,
    line: Arc<Line>,
    table: Arc<Table>,
    _taken: watch::Receiver<()>,
}

impl Seat {
    pub fn line(&self) -> &Arc<Line> {
        &self.line
    }

    /// A head is awaited from here. Where too many are, the oldest is given up.
    pub fn await_head(&self) -> u64 {
        self.table.locked(|lines| {
            if lines.heads.len() >= self.table.bounds.heads
                && let Some((_, oldest)) = lines.heads.pop_first()
            {
                oldest.tell(Wish::Leave);
            }
            let number = lines.number();
            lines.heads.insert(number, self.line.clone());
            number
        })
    }

    /// It is complete, or will never be.
    pub fn heard_head(&self, place: u64) {
        self.table.locked(|lines| lines.heads.remove(&place));
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.table.locked(|lines| lines.all.remove(&self.number));
    }
}
