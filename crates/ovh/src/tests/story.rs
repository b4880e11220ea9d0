//! The client against the simulated OVHcloud, which checks signatures, rights and bodies for itself and really reboots.

use std::{num::NonZeroU32, time::Duration};

use bernard_domain::{
    console::{ConsoleKind, ConsoleMinutes},
    server::{Boot, ServiceName, System, Task, TaskId, TaskStatus},
};
use secrecy::ExposeSecret;
use sim::ovh::{
    APPLICATION_KEY, APPLICATION_SECRET, CLIENT_ID, CLIENT_SECRET, CONSUMER_KEY, DriftReadsAs, Ovh, Running, ServerSpec,
};

use super::{
    super::{Account, ApiLog, Change, Client, Credentials, Error, Priority, RebootAnswer},
    intent,
};

const NAME: &str = "ns1111111.ip-203-0-113.eu";
/// Far longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(20);

async fn world() -> Ovh {
    let ovh = Ovh::start().await;
    ovh.add(ServerSpec::windows(NAME).named("web-1").tag("env", "prod"));
    ovh
}

fn name() -> ServiceName {
    ServiceName::try_from(NAME.to_owned()).unwrap()
}

fn keys() -> Credentials {
    Credentials::Keys {
        application_key: APPLICATION_KEY.to_owned(),
        application_secret: APPLICATION_SECRET.into(),
        consumer_key: CONSUMER_KEY.into(),
    }
}

fn service(ovh: &Ovh) -> Credentials {
    Credentials::OAuth2 {
        client_id: CLIENT_ID.to_owned(),
        client_secret: CLIENT_SECRET.into(),
        token_url: Some(ovh.token_url().parse().unwrap()),
    }
}

fn client(ovh: &Ovh, credentials: Credentials) -> Client {
    let requests_per_minute = NonZeroU32::new(60_000).unwrap().into();
    let endpoint = ovh.url().parse().unwrap();
    Client::new(Account { name: "main".to_owned(), endpoint, credentials, requests_per_minute, api_log: ApiLog::Read })
        .unwrap()
}

async fn boot_of(client: &Client, boot_type: &str, fits: impl Fn(&Boot) -> bool) -> Boot {
    let boots = client.boots(&name(), Some(boot_type)).await.unwrap();
    boots.read.into_iter().find(fits).expect("a fitting boot")
}

/// Asks again until there is an answer.
async fn until<T>(ask: impl AsyncFn() -> Result<Option<T>, Error>) -> T {
    let asking = async {
        loop {
            if let Some(answer) = ask().await.unwrap() {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, asking).await.expect("an answer in time")
}

async fn finished(client: &Client, id: TaskId) -> Task {
    until(async || Ok(client.task(&name(), id).await?.filter(|task| task.status.is_final()))).await
}

async fn reboot(client: &Client) -> RebootAnswer {
    client.prepare_reboot(&name()).await.unwrap().send(intent()).await
}

#[track_caller]
fn accepted(answer: RebootAnswer) -> TaskId {
    match answer {
        RebootAnswer::Accepted(task) => task.value.id,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_rescue_goes_in_and_out_with_keys_and_with_a_service_account() {
    for way in [0, 1] {
        let ovh = world().await;
        let client = client(&ovh, if way == 0 { keys() } else { service(&ovh) });
        let before = client.server(&client.servers().await.unwrap().names[0]).await.unwrap();
        assert_eq!((before.label(), before.system()), ("web-1", System::Windows));
        let mails = client.mail_ids().await.unwrap();

        let rescue = boot_of(&client, "rescue", |boot| boot.rescue_system() == Some(System::Windows)).await;
        let mail = Some(Some("ops@example.com".to_owned()));
        let change = Change { boot: Some(rescue.id), rescue_mail: mail, ..Change::default() };
        client.set(&name(), &change).await.unwrap();
        let set = client.server(&name()).await.unwrap();
        assert_eq!((set.boot, set.rescue_mail.as_deref()), (Some(rescue.id), Some("ops@example.com")));

        let known = client.task_ids(&name(), Some("hardReboot"), None).await.unwrap();
        let id = accepted(reboot(&client).await);
        assert!(!known.contains(&id));
        assert_eq!(client.task_ids(&name(), Some("hardReboot"), None).await.unwrap(), [id]);
        assert_eq!(finished(&client, id).await.status, TaskStatus::Done);
        ovh.until_running("web-1", &Running::WindowsRescue).await;

        let secret = until(async || {
            let ways = client.authentication_secrets(&name()).await?;
            Ok(ways.value.into_iter().find(|way| way.kind == "RDP" && way.user.as_deref() == Some("Administrator")))
        })
        .await
        .secret
        .unwrap();
        assert!(ovh.secret_ids().iter().any(|id| id == secret.expose_secret()));
        let new = until(async || Ok(client.mail_ids().await?.into_iter().find(|id| !mails.contains(id)))).await;
        let mail = client.mail(new).await.unwrap();
        assert!(mail.subject.contains(&format!("[{NAME}]")) && mail.body.expose_secret().contains("id="));
        assert!(!format!("{mail:?}").contains("id="));

        let disk = boot_of(&client, "harddisk", Boot::is_worth_returning_to).await;
        client
            .set(&name(), &Change { boot: Some(disk.id), rescue_mail: Some(None), ..Change::default() })
            .await
            .unwrap();
        finished(&client, accepted(reboot(&client).await)).await;
        ovh.until_running("web-1", &Running::Installed).await;
        let after = client.server(&name()).await.unwrap();
        assert_eq!((after.boot, after.rescue_mail), (before.boot, before.rescue_mail));
        assert_eq!((ovh.reboots("web-1"), ovh.retrieved()), (2, 0));
    }
}

#[tokio::test]
async fn a_lost_answer_is_unknown_and_a_new_task_id_tells() {
    let ovh = world().await;
    let client = client(&ovh, keys());
    let known = client.task_ids(&name(), Some("hardReboot"), None).await.unwrap();
    ovh.faults().lose_answer("POST", "/reboot");
    assert!(matches!(reboot(&client).await, RebootAnswer::Unknown(_)));
    assert_eq!(ovh.reboots("web-1"), 1);
    let tasks = client.task_ids(&name(), Some("hardReboot"), None).await.unwrap();
    let new: Vec<_> = tasks.into_iter().filter(|id| !known.contains(id)).collect();
    let task = client.task(&name(), new[0]).await.unwrap().unwrap();
    let now = client.now().await.unwrap();
    assert!((task.started.unwrap().duration_since(now)).as_secs().abs() < 60);
}

#[tokio::test]
async fn a_right_that_is_missing_is_named() {
    let ovh = world().await;
    ovh.forbid("dedicatedServer:apiovh:reboot");
    match reboot(&client(&ovh, service(&ovh))).await {
        RebootAnswer::Refused(error) => {
            assert_eq!(error.missing_rights(), ["dedicatedServer:apiovh:reboot"]);
            assert!(error.query_id().is_some() && error.is_credential());
        }
        other => panic!("{other:?}"),
    }
    match reboot(&client(&ovh, keys())).await {
        RebootAnswer::Refused(error) => assert!(error.to_string().contains("403 NOT_GRANTED_CALL"), "{error}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(ovh.reboots("web-1"), 0);
}

#[tokio::test]
async fn a_clock_that_jumps_and_a_token_that_dies_stop_nobody() {
    for drift in [DriftReadsAs::InvalidSignature, DriftReadsAs::QueryTimeOut] {
        let ovh = world().await;
        ovh.drift_reads_as(drift);
        ovh.skew(-86_400);
        let client = client(&ovh, keys());
        client.server(&name()).await.unwrap();
        ovh.skew(3600);
        client.server(&name()).await.unwrap();
        assert!((client.now().await.unwrap().duration_since(ovh.now())).as_secs().abs() < 10);
    }
    let ovh = world().await;
    let client = client(&ovh, service(&ovh));
    client.server(&name()).await.unwrap();
    ovh.expire_tokens();
    let name = name();
    let reads = futures_util::future::join_all((0..10).map(|_| client.server(&name))).await;
    assert!(reads.iter().all(Result::is_ok));
    assert_eq!(ovh.tokens_issued(), 2);
}

#[tokio::test]
async fn expired_credentials_and_an_expired_service_say_what_they_are() {
    let ovh = world().await;
    for credentials in [keys(), service(&ovh)] {
        ovh.expire_credentials();
        let client = client(&ovh, credentials);
        let error = client.server(&name()).await.unwrap_err();
        assert!(error.is_credential() && !error.is_transient(), "{error}");
        ovh.renew_credentials();
        client.server(&name()).await.unwrap();
    }
    ovh.expire_service("web-1");
    let error = client(&ovh, keys()).server(&name()).await.unwrap_err();
    assert!(error.is_expired_service(), "{error}");
}

#[tokio::test]
async fn the_other_reads_work_too() {
    let ovh = world().await;
    let client = client(&ovh, keys()).with_priority(Priority::Background);
    assert!(client.hardware(&name()).await.unwrap().unwrap() >= 16_384);
    assert!(client.service(&name()).await.unwrap().expires.is_some());
    assert_eq!(client.current_credential().await.unwrap().status, "validated");
    let gone = ServiceName::try_from("ns9.example".to_owned()).unwrap();
    assert!(client.server(&gone).await.unwrap_err().is_not_found());
    assert_eq!(client.task(&name(), TaskId(1)).await.unwrap(), None);
}

#[tokio::test]
async fn a_console_opens_for_its_minutes() {
    let ovh = world().await;
    let client = client(&ovh, keys());
    let kind = client.consoles(&name()).await.unwrap()[0];
    assert_eq!(kind, ConsoleKind::KvmHtml5);
    assert!(client.console(&name(), kind).await.unwrap().is_none());
    let ip = Some("198.51.100.7".parse().unwrap());
    let task = client.open_console(&name(), kind, ConsoleMinutes::Five, ip).await.unwrap().value;
    finished(&client, task.id).await;
    let console = until(async || client.console(&name(), kind).await).await;
    assert!(ovh.console_links().iter().any(|link| link == console.link.expose_secret()));
    assert!(console.expires.is_some());
}
