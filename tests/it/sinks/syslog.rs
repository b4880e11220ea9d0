//! A syslog server over TLS, whose certificate a company's own authority signed.

use std::{
    process::Stdio,
    sync::{Arc, Mutex},
};

use bernard_domain::audit::Line;
use tokio::{io::AsyncReadExt, net::TcpListener};
use tokio_rustls::TlsAcceptor;

use super::with;
use crate::{
    audit::lines_of,
    bot::{TestBot, eventually, web_1},
    company_ca::company,
    kill::program,
};

/// The messages of each connection.
type Heard = Arc<Mutex<Vec<Vec<String>>>>;

/// Takes messages; the first connection is cut in the middle of what comes.
async fn listen(acceptor: TlsAcceptor) -> (u16, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("it listens").port();
    let heard = Heard::default();
    let all = Arc::clone(&heard);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // One that does not trust us hangs up.
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let place = {
                let mut all = all.lock().expect("whole");
                all.push(Vec::new());
                all.len() - 1
            };
            let all = Arc::clone(&all);
            tokio::spawn(async move {
                while let Some(message) = message(&mut stream).await {
                    let mut all = all.lock().expect("whole");
                    all[place].push(message);
                    if place == 0 && all[place].len() == 3 {
                        return;
                    }
                }
            });
        }
    });
    (port, heard)
}

/// The next message: its length in octets, a space, and as many octets.
async fn message(stream: &mut (impl tokio::io::AsyncRead + Unpin)) -> Option<String> {
    let mut length = String::new();
    loop {
        match char::from(stream.read_u8().await.ok()?) {
            ' ' => break,
            digit => length.push(digit),
        }
    }
    let mut octets = vec![0; length.parse().expect("a length")];
    stream.read_exact(&mut octets).await.ok()?;
    Some(String::from_utf8(octets).expect("UTF-8"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_syslog_server_over_tls_gets_every_line_and_the_last_ones_again_after_a_break() {
    let (authority, acceptor) = company();
    let (port, heard) = listen(acceptor).await;
    let url = format!("syslog+tls://localhost:{port}");
    let mut bot = TestBot::with(with(&format!("[[audit.sink]]\nname = \"siem\"\nurl = \"{url}\"\n")), [web_1()]).await;
    bot.stop().await;
    bot.discord.gateway().wait_for_connected(0).await;
    assert!(heard.lock().expect("whole").is_empty(), "who is not trusted gets nothing");
    let file = |name: &str, text: &str| {
        let path = bot.database().with_file_name(name);
        std::fs::write(&path, text).expect("it is written");
        path
    };
    let (trusted, config) = (file("company.pem", &authority), file("bernard.toml", &bot.config_text()));
    let mut command = program();
    command.args(["run", "--config"]).arg(config).env("SSL_CERT_FILE", trusted);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts");
    eventually("it is connected", async || bot.discord.gateway().connected() == 1).await;
    bot.rescued(&bot.ann, "web-1").await;
    let mut audit = Vec::new();
    eventually("the last line came", async || {
        audit = lines_of(&bot).await;
        let last = audit.last().map(|line| format!(" n=\"{}\" ", line.number));
        let all = heard.lock().expect("whole");
        all.iter().flatten().any(|message| last.as_ref().is_some_and(|last| message.contains(last)))
    })
    .await;
    child.kill().expect("it runs");
    child.wait().expect("it is gone");

    let connections = heard.lock().expect("whole").clone();
    assert!(connections.len() > 1, "the first one broke");
    let again = |messages: &[String], number: u64| messages.iter().any(|m| m.contains(&format!(" n=\"{number}\" ")));
    assert!(again(&connections[1], 1), "what was sent before is sent again");
    let mut lines: Vec<Line> = Vec::new();
    for message in connections.iter().flatten() {
        let (head, json) = message.split_once("] ").expect("structured data");
        assert!(head.starts_with("<110>1 ") || head.starts_with("<108>1 "), "{head}");
        assert!(head.contains(" bernard - audit [bernard@32473 chain=\""), "{head}");
        let line = Line::of_json(json).expect("a line");
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    assert!(lines == audit, "every line, and in order");
}
