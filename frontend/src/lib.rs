//! The WebAssembly entry: it only starts the islands.

// Naming the crate keeps the islands' exports, which nothing else in here calls.
use perch_app as _;

#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
