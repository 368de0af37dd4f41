//! The table of `bench growth`, and whether its bars are met.

use super::{Figures, MEASURES, Measure, ROUNDS, SIZES, Size};

/// Requests may take this many times what they take in the smallest installation.
const MAX_RATIO: f64 = 1.2;
/// A start with the most keys, in milliseconds.
const MAX_START: f64 = 500.0;
/// What a key adds to a start, with the most keys over with a tenth of them: 1 is linear.
const MAX_START_GROWTH: f64 = 1.5;
/// Memory with the most keys, in MiB.
const MAX_MEMORY: f64 = 60.0;

pub fn print(rounds: &[Vec<Figures>]) {
    println!(
        "\n== growth, median of {ROUNDS} rounds; below each figure its ratio to the first column"
    );
    let header = |name: &str, count: fn(&Size) -> usize| {
        line(name, SIZES.iter().map(|size| power(count(size))));
    };
    header("keys", |size| size.keys);
    header("organizations", |size| size.organizations);
    header("records", |size| size.records);
    for (measure, name) in MEASURES {
        let at = |size| median_of(rounds, measure, size);
        line(
            name,
            (0..SIZES.len()).map(|size| format!("{:.2}", at(size))),
        );
        line(
            "",
            (0..SIZES.len()).map(|size| format!("x{:.2}", ratio(rounds, measure, size))),
        );
    }
    println!("\n== bars");
    for (measure, name) in MEASURES {
        let worst = (0..SIZES.len())
            .map(|size| ratio(rounds, measure, size))
            .fold(0.0, f64::max);
        let most = (0..SIZES.len())
            .map(|size| median_of(rounds, measure, size))
            .fold(0.0, f64::max);
        match measure {
            Measure::Mint | Measure::Session | Measure::Revocation | Measure::Save => bar(
                &format!("{name}: times the smallest installation"),
                worst,
                MAX_RATIO,
            ),
            Measure::Start => {
                bar(name, most, MAX_START);
                bar(
                    "start: what a key adds, 10^5 over 10^4",
                    start_growth(rounds),
                    MAX_START_GROWTH,
                );
            }
            Measure::Memory => bar(name, most, MAX_MEMORY),
            Measure::OriginCommand
            | Measure::KeyCommand
            | Measure::FirstMint
            | Measure::MemoryAtStart => {}
        }
    }
}

fn line(name: &str, columns: impl Iterator<Item = String>) {
    print!("{name:<28}");
    for column in columns {
        print!("{column:>10}");
    }
    println!();
}

fn bar(name: &str, figure: f64, most: f64) {
    let verdict = if figure <= most { "met" } else { "MISSED" };
    println!("{verdict:>10}  {name}: {figure:.2}, at most {most:.2}");
}

/// A count as a power of ten, where it is a large one.
fn power(count: usize) -> String {
    match count {
        10_000.. => format!("10^{}", count.ilog10()),
        _ => count.to_string(),
    }
}

pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}

/// The figure of a measure in one round.
fn figure(round: &[Figures], measure: Measure, size: usize) -> f64 {
    let at = MEASURES.iter().position(|(known, _)| *known == measure);
    round
        .get(size)
        .zip(at)
        .and_then(|(figures, at)| figures.get(at))
        .copied()
        .unwrap_or_default()
}

fn median_of(rounds: &[Vec<Figures>], measure: Measure, size: usize) -> f64 {
    median(
        rounds
            .iter()
            .map(|round| figure(round, measure, size))
            .collect(),
    )
}

/// The median of the rounds' ratios to the smallest installation.
fn ratio(rounds: &[Vec<Figures>], measure: Measure, size: usize) -> f64 {
    let ratio = |round: &Vec<Figures>| figure(round, measure, size) / figure(round, measure, 0);
    median(rounds.iter().map(ratio).collect())
}

/// What a key adds to a start with the most keys, over what a key adds with a tenth of them; in one organization.
fn start_growth(rounds: &[Vec<Figures>]) -> f64 {
    let start = |size| median_of(rounds, Measure::Start, size);
    (start(2) - start(0)) / (start(1) - start(0)) / 10.0
}
