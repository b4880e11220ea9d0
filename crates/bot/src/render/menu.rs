//! A menu as it is drawn.

/// A menu of which one entry is chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Menu {
    /// What comes back with the choice.
    pub custom_id: String,
    /// What it says while nothing is chosen.
    pub placeholder: String,
    /// What it offers; at most twenty-five.
    pub choices: Vec<Choice>,
}

/// An entry of a menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What stands there.
    pub label: String,
    /// What comes back when it is chosen.
    pub value: String,
    /// Whether it is chosen when the menu is shown.
    pub chosen: Chosen,
}

/// Whether an entry is the one where somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// It is.
    Already,
    /// It is not.
    NotYet,
}
