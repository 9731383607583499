//! Looks over a text once and says where anything can be found; finding it stays with Python.
//!
//! Nothing here may reach the application: a panic is caught and means "ask Python", the process-wide memory is
//! locked only while the interpreter's lock is held (so no fork meets it locked), and no code is unsafe.

mod checks;
mod context;
mod expressions;
mod families;
mod finder;
mod json;
mod numbers;
mod places;
mod scanner;
mod search;
mod tables;
mod view;

use pyo3::prelude::*;

#[pymodule]
fn spanwright_native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    // A caught panic is none of the application's business: nothing on its standard error. The hook is this
    // library's own, as is its copy of Rust's runtime.
    std::panic::set_hook(Box::new(|_| {}));
    module.add("VERSION", 3)?;
    module.add_class::<finder::Finder>()?;
    module.add_class::<scanner::Families>()?;
    module.add_class::<scanner::Scanner>()
}
