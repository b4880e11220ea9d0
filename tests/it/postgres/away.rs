//! PostgreSQL is away for a while, for all or for one replica: what was promised goes on when it is back, and nothing is done twice.

use bernard_domain::operation::Kind;
use sim::discord::Message;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
};

use super::{cluster, cluster::Cluster, configured};
use crate::bot::{TestBot, TestConfig, db_1, eventually, web_1};

/// The link's DMs that Ann has.
pub(crate) fn links(bot: &TestBot) -> usize {
    let holds_link = |dm: &&Message| dm.content.contains("/secret/");
    bot.ann.dms().iter().filter(holds_link).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_goes_right_after_a_reboot_was_sent_and_comes_back_costs_a_rescue_nothing() {
    let Some(mut database) = Cluster::start() else { return };
    let url = cluster::new_database(&database.url("postgres"), cluster::EMPTY).await;
    let bot = TestBot::with(TestConfig { postgres: Some(url), ..TestConfig::default() }, [web_1(), db_1()]).await;
    let answer = bot.ovh.faults().hold_answer("POST", "/reboot");
    bot.accepts(Kind::Enable).await;
    answer.reached().await;
    // The power goes: what OVHcloud answers now cannot be written down.
    database.kill();
    answer.release();
    // Acknowledged all the same, and told that it was not taken.
    for asked in [
        bot.slash(&bot.ann, "reboot", &[("server", "db-1")]).await,
        bot.slash(&bot.ann, "status", &[("server", "db-1")]).await,
    ] {
        let told = asked.answer().await;
        assert!(told.content.contains("nothing was done"), "{}", told.text());
    }
    database.run();
    let end = bot.last_word("R-1").await;
    assert!(end.contains("**In rescue**"), "{end}");
    assert_eq!((bot.ovh.reboots("web-1"), bot.ovh.reboots("db-1"), links(&bot)), (1, 0, 1));
    // What was refused was not kept to be done later, and what is asked now is.
    bot.restored(&bot.ann, "web-1").await;
    assert_eq!((bot.ovh.reboots("web-1"), bot.ovh.reboots("db-1")), (2, 0));
    eventually("its DM is wiped", async || links(&bot) == 0).await;
}

/// A way to a port of this machine that can be cut, and let through again.
struct Way {
    port: u16,
    is_cut: watch::Sender<bool>,
}

impl Way {
    async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let way = Self { port: listener.local_addr().expect("an address").port(), is_cut: watch::Sender::new(false) };
        let is_cut = way.is_cut.subscribe();
        tokio::spawn(async move {
            while let Ok((from, _)) = listener.accept().await {
                tokio::spawn(carry(from, port, is_cut.clone()));
            }
        });
        way
    }

    /// All connections end, and none can be made.
    fn cut(&self) {
        self.is_cut.send_replace(true);
    }

    fn mend(&self) {
        self.is_cut.send_replace(false);
    }
}

async fn carry(mut from: TcpStream, port: u16, mut is_cut: watch::Receiver<bool>) {
    tokio::select! {
        biased;
        _ = is_cut.wait_for(|is_cut| *is_cut) => {}
        () = async {
            let Ok(mut to) = TcpStream::connect(("127.0.0.1", port)).await else { return };
            // However it ends, both ends hear of it.
            let _ = copy_bidirectional(&mut from, &mut to).await;
        } => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_replicas_one_that_is_cut_off_from_the_database_is_followed_by_the_other() {
    let Some(config) = configured().await else { return };
    let direct = config.postgres.clone().expect("on PostgreSQL");
    let port = |url: &str| url::Url::parse(url).expect("a URL").port().expect("a port");
    let way = Way::to(port(&direct)).await;
    let through = direct.replacen(&format!(":{}/", port(&direct)), &format!(":{}/", way.port), 1);
    let mut bot = TestBot::with(TestConfig { postgres: Some(through), ..config }, [web_1(), db_1()]).await;
    let task = bot.ovh.faults().hold_before("GET", "/task/");
    bot.accepts(Kind::Enable).await;
    task.reached().await;
    bot.config.postgres = Some(direct);
    let _other = bot.another().await;
    way.cut();
    // What it hears now it cannot write down, and it may not act for what another has by then.
    task.release();
    let end = bot.last_word("R-1").await;
    assert!(end.contains("**In rescue**"), "{end}");
    assert_eq!((bot.ovh.reboots("web-1"), links(&bot)), (1, 1));
    way.mend();
    bot.ready().await;
    bot.restored(&bot.ann, "web-1").await;
    assert_eq!((bot.ovh.reboots("web-1"), bot.ovh.reboots("db-1")), (2, 0));
    eventually("its DM is wiped", async || links(&bot) == 0).await;
}
