//! The far ends as a program: started without a word, it serves both.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};

use serde_json::Value;
use sim::net::client;

/// The program, which ends with the test.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

#[tokio::test]
async fn without_an_address_both_ends_are_served_and_somebody_has_the_role_that_is_printed() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_sim"));
    let mut program = Program(program.stdout(Stdio::piped()).spawn().expect("it starts"));
    let lines = BufReader::new(program.0.stdout.take().expect("its output")).lines();
    let mut said: Vec<String> = Vec::new();
    for line in lines {
        said.push(line.expect("a line"));
        if said.last().is_some_and(|line| line.starts_with("discord-public-key ")) {
            break;
        }
    }
    let of = |name: &str| {
        let line = said.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("{name} is not in {said:?}"))
    };
    let time = client().get(format!("{}/auth/time", of("ovh"))).send().await.expect("an answer");
    assert!(time.status().is_success());
    let guild = format!("{}/api/v10/guilds/{}", of("discord"), of("discord-guild"));
    let asked = client().get(format!("{guild}/roles/member-counts"));
    let counts = asked.header("authorization", format!("Bot {}", of("discord-token"))).send().await.expect("an answer");
    let counts: Value = counts.json().await.expect("JSON");
    assert_eq!(counts[of("discord-role")], 1, "{counts}");
    assert_eq!(of("discord-person"), "ann");
}
