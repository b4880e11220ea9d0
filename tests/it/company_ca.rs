//! TLS for real: both far ends behind a proxy whose certificate a company's own authority signed.

use std::{net::SocketAddr, path::PathBuf, process::Stdio, sync::Arc};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use sim::discord::OPS;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    },
};

use crate::{
    bot::{TestBot, TestConfig, eventually, web_1},
    kill::program,
};

/// Both far ends behind TLS, and the file that says whom to trust.
struct Behind {
    bot: TestBot,
    authority: PathBuf,
    config: PathBuf,
    _folder: tempfile::TempDir,
}

impl Behind {
    async fn new() -> Self {
        let mut bot = TestBot::with(TestConfig::oauth2(), [web_1()]).await;
        bot.stop().await;
        bot.discord.gateway().wait_for_connected(0).await;
        let folder = tempfile::tempdir().expect("a folder");
        let (authority, acceptor) = company();
        let (ovh, discord) = (proxy(&acceptor, &bot.ovh.url()).await, proxy(&acceptor, &bot.discord.url()).await);
        let text = bot.config_text().replace(&base(&bot.ovh.url()), &ovh).replace(&base(&bot.discord.url()), &discord);
        assert!(!text.contains("http://"), "everything goes through TLS");
        bot.discord.gateway().reach_at(&discord);
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).expect("it is written");
            path
        };
        let (authority, config) = (file("company.pem", &authority), file("bernard.toml", &text));
        Self { bot, authority, config, _folder: folder }
    }

    /// `bernard check --online`, trusting the authorities of `trusted`, or the machine's own: how it ends, and its words.
    fn check(&self, trusted: Option<&PathBuf>) -> (Option<i32>, String) {
        let mut command = program();
        if let Some(trusted) = trusted {
            command.env("SSL_CERT_FILE", trusted).env("SSL_CERT_DIR", self._folder.path().join("none"));
        }
        command.args(["check", "--online", "--config"]).arg(&self.config);
        let output = command.stdin(Stdio::null()).output().expect("the program starts");
        let words = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8_lossy(&words).into_owned())
    }
}

/// A company's authority, and who answers for `localhost` in its name.
pub(crate) fn company() -> (String, TlsAcceptor) {
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    let authority = params.self_signed(&key).expect("a certificate").pem();
    let issuer = Issuer::new(params, key);
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
    let chain = vec![params.signed_by(&key, &issuer).expect("a certificate").der().clone()];
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().expect("ring has them").with_no_client_auth();
    (authority, TlsAcceptor::from(Arc::new(config.with_single_cert(chain, key).expect("they fit"))))
}

/// `http://127.0.0.1:1234` of an address below it.
fn base(url: &str) -> String {
    url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/")
}

/// Answers TLS in front of what listens at `url`; gives back its own base address.
async fn proxy(acceptor: &TlsAcceptor, url: &str) -> String {
    let behind: SocketAddr = base(url).trim_start_matches("http://").parse().expect("an address");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("it listens").port();
    let acceptor = acceptor.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let (mut outer, mut inner) = (acceptor.accept(stream).await?, TcpStream::connect(behind).await?);
                copy_bidirectional(&mut outer, &mut inner).await
            });
        }
    });
    format!("https://localhost:{port}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_companys_own_authority_is_trusted_where_it_is_named_and_nowhere_else() {
    let behind = Behind::new().await;
    eventually("it is trusted", async || behind.check(Some(&behind.authority)).0 == Some(0)).await;
    // A machine that is too busy for any answer in time says that instead.
    eventually("it says what is wrong", async || {
        let (code, words) = behind.check(None);
        assert_ne!(code, Some(0), "{words}");
        words.contains("certificate")
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_any_authority_it_says_so() {
    let behind = Behind::new().await;
    let (code, words) = behind.check(Some(&behind.config));
    assert_ne!(code, Some(0), "{words}");
    assert!(words.contains("ca-certificates"), "it says what is missing: {words}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rescue_goes_through_tls_from_command_to_link() {
    let behind = Behind::new().await;
    let bot = &behind.bot;
    let mut command = program();
    command.args(["run", "--config"]).arg(&behind.config).env("SSL_CERT_FILE", &behind.authority);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts");
    eventually("it is connected", async || bot.discord.gateway().connected() == 1).await;
    let card = bot.ask(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    bot.ann.press(&card, "Confirm").await;
    bot.discord.wait_for_message(OPS, |message| message.content.contains("In rescue")).await;
    assert_eq!(bot.ovh.reboots("web-1"), 1);
    child.kill().expect("it runs");
    child.wait().expect("it is gone");
}
