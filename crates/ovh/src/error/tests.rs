//! What an error says, and what it answers its callers.

use super::*;

fn answered(voice: Voice, status: u16, code: Option<&str>, message: Option<&str>) -> Error {
    let cause = Cause::Answered(Box::new(Answered {
        voice,
        status,
        code: code.map(str::to_owned),
        message: message.map(str::to_owned),
        missing_rights: Vec::new(),
        retry_after: None,
    }));
    let name = ServiceName::try_from("ns1.example".to_owned()).unwrap();
    let query_id = Some("FR.ws-8.5860".to_owned());
    Error::new("read the boots of `ns1.example`", Some(&name), Failure { cause, query_id, before: None })
}

fn own(status: u16, code: Option<&str>, message: Option<&str>) -> Error {
    answered(Voice::Ovhcloud, status, code, message)
}

fn page(status: u16) -> Error {
    answered(Voice::SomebodyElse, status, None, None)
}

#[test]
fn an_error_is_a_sentence_with_its_object_and_query_id() {
    let error = own(403, Some("NOT_GRANTED_CALL"), Some("This call has not been granted"));
    assert_eq!(
        error.to_string(),
        "could not read the boots of `ns1.example`: 403 NOT_GRANTED_CALL: This call has not been granted \
         (query id FR.ws-8.5860)"
    );
    assert!(page(403).to_string().contains("403, and the answer is not OVHcloud's"));
}

#[test]
fn an_error_answers_its_callers_question() {
    for status in [408, 429, 499, 500, 503] {
        assert!(own(status, None, None).is_transient(), "{status}");
        assert!(!own(status, None, None).is_refusal(), "{status}");
        assert_eq!(own(status, None, None).may_have_happened(), status != 429, "{status}");
    }
    assert!(!own(403, None, None).may_have_happened());
    assert!(own(409, None, None).is_refusal());
    assert!(own(460, None, None).is_expired_service());
    assert!(own(404, None, Some("The requested object does not exist")).is_not_found());
    assert!(own(403, Some("INVALID_CREDENTIAL"), None).is_credential());
    assert!(own(400, None, Some("Invalid signature")).is_credential());
    assert!(!own(403, None, Some("Not while this runs")).is_credential());
}

#[test]
fn a_page_in_ovhclouds_place_says_nothing_whatever_its_status() {
    for status in [400, 401, 403, 404, 408, 409, 413, 429, 451, 460, 499, 502] {
        let page = page(status);
        assert!(page.is_transient() && page.may_have_happened(), "{status}");
        let claims = [page.is_refusal(), page.is_not_found(), page.is_credential(), page.is_expired_service()];
        assert_eq!(claims, [false; 4], "{status}");
    }
}
