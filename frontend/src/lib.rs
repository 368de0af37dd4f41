//! The WebAssembly entry: it starts the islands and what the page does by itself.

#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
    perch_app::progressive_enhancement::start();
}
