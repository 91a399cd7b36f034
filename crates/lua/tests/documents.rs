//! What the pages tell programs that embed Lua.

/// The line of a text that begins so, without what stands behind the version.
fn mlua_of(text: &str) -> Vec<&str> {
    text.lines()
        .filter(|line| line.starts_with("mlua = { version = "))
        .map(|line| line.split(',').next().unwrap_or(line))
        .collect()
}

#[test]
fn the_pages_name_the_version_of_mlua_that_is_used() {
    let used = mlua_of(include_str!("../../../Cargo.toml"));
    assert_eq!(used.len(), 1);
    assert_eq!(mlua_of(include_str!("../../../README.md")), used);
    assert_eq!(mlua_of(include_str!("../../../docs/moonwire.md")), used);
    let version = used[0].split('"').nth(1).unwrap_or_default();
    let sentence = |page: &str, words: &str| page.contains(&format!("{words} {version}"));
    assert!(sentence(include_str!("../../../README.md"), "(https://crates.io/crates/mlua)"));
    assert!(sentence(include_str!("../../../docs/moonwire.md"), "The crate needs mlua"));
}
