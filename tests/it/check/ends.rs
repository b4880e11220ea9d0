//! The same about ends that refuse one thing, or say nothing, and about stores that nobody could open.

use std::path::{Path, PathBuf};

use bernard::check::{Finding, Outcome};

use super::{check, findings, line_of, stopped, written, wrong};
use crate::bot::{TestBot, TestConfig};

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_has_expired_is_odd_wherever_it_stands_and_all_the_others_are_looked_at() {
    for config in [TestConfig::default, TestConfig::oauth2] {
        for expired in ["web-1", "db-1"] {
            let mut bot = TestBot::with(config(), [crate::bot::web_1(), crate::bot::db_1()]).await;
            bot.stop().await;
            bot.ovh.expire_service(expired);
            bot.ovh.rules(&[("GET", "/dedicated/*"), ("GET", "/dedicated/server"), ("GET", "/auth/*")]);
            bot.ovh.forbid("dedicatedServer:apiovh:reboot");
            let found = findings(&bot).await;
            let (name, other) = match expired {
                "web-1" => ("ns1111111", "ns2222222"),
                _ => ("ns2222222", "ns1111111"),
            };
            let odd: Vec<&Finding> = found.iter().filter(|finding| finding.outcome == Outcome::Odd).collect();
            let [odd] = odd[..] else { panic!("{found:#?}") };
            assert!(odd.what.contains(name) && odd.what.contains("460") && !odd.what.contains(other), "{odd}");
            assert!(odd.about.is_none() && odd.address.as_deref() == Some(&*bot.ovh.url()), "{odd:?}");
            let well = |what: &str| found.iter().any(|it| it.outcome == Outcome::Well && it.what.contains(what));
            assert!(well(&format!("server, boots and tasks of {other}")), "{found:#?}");
            assert!(well("2 known servers"), "the rules are held against them: {found:#?}");
            let lacks = wrong(&found, "lacks").unwrap_or_else(|| panic!("{found:#?}"));
            assert!(lacks.what.contains("reboot"), "{lacks}");
            assert!(found.iter().all(|it| !it.to_string().contains("ovh[0].endpoint")), "{found:#?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_service_account_may_do_is_proved_on_all_servers_but_the_one_that_is_refused() {
    let mut bot = TestBot::with(TestConfig::oauth2(), [crate::bot::web_1(), crate::bot::db_1()]).await;
    bot.stop().await;
    let refusal = serde_json::json!({"class": "Client::NotFound", "message": "This service does not exist"});
    bot.ovh.faults().always().status("POST", "ns1111111.ip-203-0-113.eu/authorization/check", 404, &refusal);
    bot.ovh.forbid_on("db-1", "dedicatedServer:apiovh:reboot");
    let found = findings(&bot).await;
    let lacks = wrong(&found, "lacks dedicatedServer:apiovh:reboot").unwrap_or_else(|| panic!("{found:#?}"));
    assert!(lacks.what.contains("ns2222222"), "{lacks}");
    let unproved: Vec<&Finding> = found.iter().filter(|it| it.outcome == Outcome::Unproved).collect();
    let [unproved] = unproved[..] else { panic!("{found:#?}") };
    assert!(unproved.what.contains("ns1111111") && unproved.what.contains("404"), "{unproved}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_account_without_a_policy_is_told_the_whole_policy_and_its_secret_is_not_blamed() {
    let mut bot = TestBot::with(TestConfig::oauth2(), [crate::bot::web_1()]).await;
    bot.stop().await;
    let refusal = serde_json::json!({"class": "Client::Forbidden", "message": "User not granted for this request"});
    bot.ovh.faults().always().status("GET", "/dedicated/server", 403, &refusal);
    let found = findings(&bot).await;
    let policy = wrong(&found, "needs this IAM policy: ").unwrap_or_else(|| panic!("{found:#?}"));
    let policy = policy.what.split_once("policy: ").expect("a policy").1;
    let policy: serde_json::Value = serde_json::from_str(policy).expect("JSON");
    assert!(policy["permissions"]["allow"].to_string().contains("dedicatedServer:apiovh:reboot"), "{policy}");
    let refused = wrong(&found, "User not granted").unwrap_or_else(|| panic!("{found:#?}"));
    assert!(refused.to_string().contains(&format!(":{}: ovh[0].client_id", line_of(&bot, "client_id"))), "{refused}");
    assert!(found.iter().all(|finding| !finding.to_string().contains("client_secret")), "{found:#?}");
}

/// Everything that is in a folder.
fn listed(folder: &Path) -> Vec<PathBuf> {
    let mut names: Vec<_> =
        std::fs::read_dir(folder).expect("it is there").flatten().map(|entry| entry.path()).collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_no_start_could_open_is_wrong_whoever_else_is_asked() {
    let bot = stopped().await;
    let folder = tempfile::tempdir().expect("a folder");
    let rubbish = folder.path().join("rubbish.db");
    std::fs::write(&rubbish, "this is no database, and long enough to be seen as none").expect("it is written");
    let (usual, there) = (bot.config_text(), folder.path().display().to_string());
    let own = bot.database().display().to_string();
    for (store, words) in [
        ("/proc/bernard/data/bernard.db", "cannot open /proc: "),
        (&*there, "is a directory"),
        (&*rubbish.display().to_string(), "file is not a database"),
        (&*format!("{}/x.db", rubbish.display()), "cannot open "),
    ] {
        let file = written(&bot);
        std::fs::write(&file, usual.replace(&own, store)).expect("it is written");
        for flags in [&[][..], &["--online"]] {
            let said = check(&file, flags);
            assert_eq!(said.code, Some(1), "{store}: {}", said.out);
            assert_eq!(said.out.matches("WRONG").count(), 1, "{store}: {}", said.out);
            said.line(&["WRONG", "store.url", words]);
        }
    }
    assert_eq!(listed(folder.path()), [rubbish]);
    let file = written(&bot);
    let new = format!("{there}/made/at/the/first/run/bernard.db");
    std::fs::write(&file, usual.replace(&own, &new)).expect("it is written");
    let said = check(&file, &["--online"]);
    said.line(&["ok", "store.url", "is not there yet"]);
    assert_eq!((said.code, listed(folder.path()).len()), (Some(0), 1), "{}", said.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn ends_that_take_a_connection_and_never_answer_are_unreachable_all_at_once() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = silent.local_addr().expect("an address").to_string();
    let mut bot = stopped().await;
    bot.config.rules += &format!(
        "[[audit.sink]]\nname = \"web\"\nurl = \"http://{0}/\"\n\
         [[audit.sink]]\nname = \"tls\"\nurl = \"syslog+tls://{0}\"\n\
         [oncall]\nfeed = \"http://{0}/feed.ics\"\n[[person]]\nuser = \"500000000000000001\"\nfeed = [\"ann\"]\n",
        address
    );
    let own = format!("sqlite://{}", bot.database().display());
    let store = format!("postgres://bernard:fake-pw@{address}/bernard");
    let (file, text) = (written(&bot), bot.config_text());
    assert!(text.contains(&own), "{text}");
    std::fs::write(&file, text.replace(&own, &store)).expect("it is written");
    let said = tokio::task::spawn_blocking(move || check(&file, &["--online"])).await.expect("no panic");
    assert_eq!(said.code, Some(1), "{}", said.out);
    for key in ["store.url", "audit.sink[0].url", "audit.sink[1].url"] {
        said.line(&["UNREACHABLE", key, "no answer within 9 s", &address]);
    }
    said.line(&["UNREACHABLE", "oncall.feed", "no answer within 9 s"]);
    assert!(!said.out.contains("WRONG") && !said.out.contains("fake-pw"), "{}", said.out);
    assert_eq!(said.err.matches("does not answer yet").count(), 4, "{}", said.err);
}
