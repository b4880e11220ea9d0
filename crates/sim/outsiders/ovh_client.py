"""OVHcloud's own Python client against the simulated OVHcloud.

Whatever this client signs and asks must be accepted and answered as the real OVHcloud would. Exits non-zero, and says
what disagreed, otherwise. Needs the package `ovh`, and the simulator at a hurried pace (`sim --ovh … --pace hurried`):

    python ovh_client.py URL TOKEN_URL AK AS CK CLIENT_ID CLIENT_SECRET
"""

import os
import sys
import time

os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"  # the token page is on loopback

import ovh
import ovh.client

PATIENCE = 20.0  # seconds that any condition is waited for


def expect(what, condition):
    if not condition:
        sys.exit(f"disagrees: {what}")


def refused(error, call, *arguments, **parameters):
    try:
        call(*arguments, **parameters)
    except error:
        return
    sys.exit(f"disagrees: {call.__name__} {arguments} should be refused with {error.__name__}")


def until(what, read):
    end = time.monotonic() + PATIENCE
    while not (found := read()):
        expect(f"never: {what}", time.monotonic() < end)
        time.sleep(0.01)
    return found


def rescue(client, name, kernel, user):
    """Takes a server into rescue and back; answers the secret's id."""
    server = f"/dedicated/server/{name}"
    ids = client.get(f"{server}/boot", bootType="rescue")
    boots = [client.get(f"{server}/boot/{boot}") for boot in ids]
    chosen = next(boot for boot in boots if boot["kernel"] == kernel)
    expect("the shell that nobody can reach is listed first", boots[0]["kernel"] == "ipxe-shell")

    before = client.get(server)["bootId"]
    expect("a PUT answers null", client.put(server, bootId=chosen["bootId"], rescueMail="ops@example.com") is None)
    expect("a PUT is read back", client.get(server)["rescueMail"] == "ops@example.com")
    task = client.post(f"{server}/reboot")
    expect("a reboot is a task", task["function"] == "hardReboot" and task["status"] == "init")
    expect("the task is listed", task["taskId"] in client.get(f"{server}/task", function="hardReboot"))
    until("the task is done", lambda: client.get(f"{server}/task/{task['taskId']}")["status"] == "done")

    def secret():
        accesses = client.post(f"{server}/authenticationSecret")
        return next((access["password"] for access in accesses if access["user"] == user), None)

    found = until("there is a secret", secret)
    client.put(server, bootId=before, rescueMail=None)
    client.post(f"{server}/reboot")
    until("the rescue is left", lambda: not client.post(f"{server}/authenticationSecret"))
    return found


def mails(client, name):
    """The bodies of the mails that name a server."""
    history = "/me/notification/email/history"
    found = [client.get(f"{history}/{mail}") for mail in client.get(history)]
    return [mail["body"] for mail in found if f"[{name}]" in mail["subject"]]


def main(url, token_url, key, secret, consumer, client_id, client_secret):
    ovh.client.ENDPOINTS["simulated"] = url
    ovh.client.OAUTH2_TOKEN_URLS["simulated"] = token_url
    keys = {"endpoint": "simulated", "application_key": key, "application_secret": secret}
    signing = ovh.Client(consumer_key=consumer, **keys)
    expect("clocks agree", abs(signing.time_delta) <= 2)
    expect("the credential is validated", signing.get("/auth/currentCredential")["status"] == "validated")

    names = signing.get("/dedicated/server")
    windows = next(name for name in names if signing.get(f"/dedicated/server/{name}")["os"].startswith("win"))
    rescue(signing, windows, "rescue-customer-windows", "Administrator")
    until("there is a mail", lambda: [body for body in mails(signing, windows) if "/manager/secret/#?id=" in body])
    expect("v2 answers", signing.get("/v2/notification/history", titleContains=windows))

    token = ovh.Client(endpoint="simulated", client_id=client_id, client_secret=client_secret)
    expect("the token's method", token.get("/auth/details")["method"] == "oauth2_client_credentials")
    linux = next(name for name in names if token.get(f"/dedicated/server/{name}")["os"].startswith("deb"))
    rescue(token, linux, "rescue12-customer", "root")

    refused(ovh.exceptions.ResourceNotFoundError, signing.get, "/dedicated/server/ns0.example")
    refused(ovh.exceptions.BadParametersError, signing.put, f"/dedicated/server/{windows}", bootId=999)
    refused(ovh.exceptions.BadParametersError, signing.put, f"/dedicated/server/{windows}", unknown=True)
    refused(ovh.exceptions.NotCredential, ovh.Client(consumer_key="another", **keys).get, "/dedicated/server")
    forger = ovh.Client(consumer_key=consumer, **{**keys, "application_secret": "another"})
    refused(ovh.exceptions.BadParametersError, forger.get, "/dedicated/server")
    print("ovh: all agrees")


if __name__ == "__main__":
    if len(sys.argv) != 8:
        sys.exit(__doc__)
    main(*sys.argv[1:])
