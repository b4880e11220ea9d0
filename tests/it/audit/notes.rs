//! Anchors as signed notes: kept where the owner of the store cannot change them, and what they prove.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    sync::{Arc, Mutex},
};

use axum::{Router, routing::post};

use super::binary::{WITHOUT_TRIGGERS, audit, copy, tamper};
use crate::bot::{TestBot, TestConfig, eventually, web_1};

/// Where notes are posted: what came.
async fn board() -> (Arc<Mutex<Vec<String>>>, String) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let came = Arc::<Mutex<Vec<String>>>::default();
    let all = Arc::clone(&came);
    let take = async move |note: String| all.lock().expect("whole").push(note);
    let router = Router::new().route("/anchors", post(take));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (came, format!("http://{address}/anchors"))
}

/// `bernard audit verify` of this database with the signed notes in this file: its exit code and words.
fn verify(database: &Path, notes: &Path, key: &str) -> (Option<i32>, String) {
    let [database, notes] = [database, notes].map(|path| path.to_string_lossy().into_owned());
    let said = audit(&["verify", "--database", &database, "--anchor", &notes, "--key", key]);
    (said.code, said.out + &said.err)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_note_proves_a_chain_up_to_it_and_no_other_or_shorter_one_passes() {
    let (came, url) = board().await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| folder.path().join(name);
    let (secret, notes) = (file("anchor.key"), file("notes"));
    let made = audit(&["anchor-key", "--name", "bernard.example/audit", "--out", &secret.to_string_lossy()]);
    assert_eq!(made.code, Some(0), "{}", made.err);
    let key = made.out.trim().to_owned();
    assert_eq!(fs::metadata(&secret).expect("it is there").permissions().mode() & 0o077, 0, "for its owner alone");
    let again = audit(&["anchor-key", "--out", &secret.to_string_lossy()]);
    assert_eq!(again.code, Some(2), "a key is not written over: {}", again.out);

    let mut bot = TestBot::with(TestConfig::default(), [web_1()]).await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.stop().await;
    bot.config.rules += &format!(
        "[audit]\nanchor_key = {{ file = \"{}\" }}\nanchor_name = \"bernard.example/audit\"\nanchor_file = \"{}\"\n\
         anchor_url = \"{url}\"\n",
        secret.display(),
        notes.display()
    );
    bot.start().await;
    eventually("both places have it", async || notes.exists() && !came.lock().expect("whole").is_empty()).await;
    bot.restored(&bot.ann, "web-1").await;
    bot.stop().await;
    bot.start().await;
    bot.stop().await;
    let text = fs::read_to_string(&notes).expect("text");
    assert_eq!(text.matches("\u{2014} bernard.example/audit ").count(), 1, "once a day, whatever starts: {text}");
    assert_eq!(came.lock().expect("whole").len(), 1);
    fs::write(file("posted"), &came.lock().expect("whole")[0]).expect("it is written");

    for notes in [&notes, &file("posted")] {
        let (code, words) = verify(&bot.database(), notes, &key);
        assert_eq!(code, Some(0), "{words}");
    }
    // Shorter, and another chain up to there.
    let (_folder, cut) = copy(&bot);
    let all = ["DELETE FROM audit WHERE n > 1"];
    tamper(&cut, &[&WITHOUT_TRIGGERS[..], &all].concat()).await.expect("the owner may");
    let (code, words) = verify(&cut, &notes, &key);
    assert!(code == Some(1) && words.contains("the end was cut off"), "{code:?} {words}");
    let mut other = TestBot::with(TestConfig::default(), [web_1()]).await;
    other.rescued(&other.ann, "web-1").await;
    other.restored(&other.ann, "web-1").await;
    other.stop().await;
    let (code, words) = verify(&other.database(), &notes, &key);
    assert!(code == Some(1) && words.contains("is not the one that was anchored"), "{code:?} {words}");
    // A note for that chain that nobody with the key has signed.
    let number: u64 = text.lines().nth(1).and_then(|line| line.parse().ok()).expect("a number");
    fs::write(file("forged"), text.replacen(&format!("\n{number}\n"), &format!("\n{}\n", number + 1), 1))
        .expect("written");
    let (code, words) = verify(&bot.database(), &file("forged"), &key);
    assert!(code == Some(2) && words.contains("forged"), "{code:?} {words}");
    let stranger = audit(&["anchor-key", "--name", "bernard.example/audit", "--out", &file("other").to_string_lossy()]);
    let (code, words) = verify(&bot.database(), &notes, stranger.out.trim());
    assert!(code == Some(2) && words.contains("no note that bernard.example/audit has signed"), "{code:?} {words}");
}
