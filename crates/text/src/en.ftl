# Every sentence in English. Keys and values must be the same as in fr.ftl; a test compares them with the program.

# Words
duration-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
duration-hours = { $count } h
duration-minutes = { $count } min
duration-seconds = { $count } s
boot-none = nothing is set
boot-script = its own boot script ({ $length } characters)
boot-unread = netboot { $id }, which OVHcloud does not show
boot-disk-unread = the hard disk (netboot { $id }, whose entry OVHcloud does not show)
instead-rescue = ↪️ To the disk, not back to { $what }: that is a rescue.
instead-off = ↪️ To the disk, not back to { $what }: that would leave it switched off.
instead-unreachable = ↪️ To the disk, not back to { $what }: nobody can reach a server there.
instead-gone = ↪️ To the disk, not back to { $what }: OVHcloud no longer lists that.
instead-unread = ↪️ To the disk, not back to { $what }: OVHcloud does not show that now ({ $said }).
instead-chosen = ↪️ To the disk, as you chose. { $what } was set before, and is not put back.
source-authentication-secret = OVHcloud's authentication secret
source-mail = OVHcloud's mail

# Approval by others
button-approve = Approve
button-deny = Deny
button-add-reason = Add reason
state-awaiting-approval = Approval needed
outcome-denied = Denied
outcome-not-approved = Not approved in time
approval-approved = Approved
approval-withdrawn = Taken back
approval-overtaken = No longer needed
approval-call = { $who }: { $count ->
    [one] one of you, other than { $asker }, must approve
   *[other] { $count } of you, other than { $asker }, must approve
} by { $until }.
approval-enable = { $asker } wants to take it into rescue for { $length }: it reboots, and its services stop.
approval-restore = { $asker } wants to take it out of rescue: everything is put back, and it reboots.
approval-put-back = { $asker } wants to put its netboot back, without a reboot.
approval-reboot = { $asker } wants to hard reboot it.
approval-adopt = { $asker } wants to look after its rescue, which somebody else started, for { $length }.
approval-hand-over = { $asker } wants its rescue to go from { $from } to { $to }.
approval-link = { $asker } wants the link to the password of its rescue.
approval-console = { $asker } wants to see its screen (KVM) for { $minutes } minutes.
approval-free-sessions = { $asker } wants to free its stuck console sessions: every open one ends, other people's too.
approval-again = { $asker } wants one more reboot: the last one got no answer.
approval-because = Why: { $reason }
approval-no-reason = No reason was given.
approval-calls = Exactly this is asked of OVHcloud:
calls-of-card = What **Confirm** would ask of OVHcloud, exactly:
approval-rule = The rule that asks for approval: { $rule }
approval-denied-by = { $who } denied it.
approval-denied-because = { $who } denied it: { $reason }
approval-withdrawn-by = { $who } took it back.
approval-expired = { $count ->
    [one] One approval was needed, and nobody gave it in time.
   *[other] { $count } approvals were needed, and { $given } came in time.
}
card-approved-by = Approved by { $who }
approval-so-far = Approved so far, { $given } of { $needed }: { $who }
card-glass = Break-glass: done without the approval that { $rule } asks for.
card-waived = On duty: done without the approval that { $rule } asks for.
end-nothing-done = Nothing was done.
end-approval-old = It was approved too long ago to be begun now: nothing was rebooted. Ask again if you still want it.
glass-title = Break-glass
glass-call = { $who }: this is done without the approval of others.
glass-nobody = This is done without the approval of others. No on-call role is configured, so nobody is called.
glass-without = { $count ->
    [one] The rule { $rule } asks for the approval of one other person.
   *[other] The rule { $rule } asks for the approval of { $count } other people.
}
confirm-approval = 🔏 The rule { $rule } protects this. After **Confirm**, { $count ->
    [one] one other person must approve it
   *[other] { $count } other people must approve it
} within { $length }; I ask for it in the channel. Who may: { $who }
confirm-approval-unread = ⚠️ The server's tags could not be read, so the rule may cover it.
confirm-glass = 🚨 Break-glass: it is done at once, without the approval that { $rule } asks for. { $who } is told in the channel, with your reason.
confirm-glass-nobody = 🚨 Break-glass: it is done at once, without the approval that { $rule } asks for. The channel is told, with your reason.
confirm-waived = You are on duty, so nobody has to approve what { $rule } protects.
confirm-glass-idle = `break_glass` changes nothing here: no rule protects this.
emergency-restore = 🚨 No button passes an approval. In an emergency you may: { $command } with a reason, in the channel. It puts everything back and reboots at once.
emergency-reboot = 🚨 No button passes an approval. In an emergency you may: **Leave it** (after **Cancel**, if others are asked already), then { $command } with a reason, in the channel.
accepted-waiting = 🔏 Accepted as **{ $id }** for { $server }. By the rule { $rule }, { $count ->
    [one] one other person must approve it
   *[other] { $count } other people must approve it
} before anything is done: I am asking { $who } in the channel. Should I not reach them, you hear from me.
approve-done = ✅ **{ $id }** is approved, and goes on.
approve-more = ✅ Your approval of **{ $id }** counts. { $count ->
    [one] One more is needed.
   *[other] { $count } more are needed.
}
deny-done = 🚫 **{ $id }** is denied. Do you want to say why?
deny-explained = Your reason is shown: { $reason }
withdraw-done = ✋ Taken back.
form-reason-title = Why is it denied?
form-reason-field = Reason
form-reason-hint = Everybody in the channel sees it.
refusal-nobody-may-approve = The rule { $rule } protects this, and no rule lets anybody but you approve it in this channel. Ask your operator.
refusal-own-request = You asked for this yourself: somebody else must decide. **Cancel** takes it back.
refusal-deny-instead = You did not ask for this, so you cannot take it back. **Deny** ends it.
refusal-counts-not = You have approved this already: somebody else must, too.
form-code-title = Your second factor
form-code-field = Six digits of your authenticator
form-code-hint = 123 456
code-wanted = 🔐 The rule { $rule } wants your second factor.
code-not-six = A code is six digits. Press again, and type what your authenticator shows.
code-wrong = The code is wrong; nothing was done. More wrong ones that I look at: { $left }
code-used = This code was given before, and each counts once. Wait for the next one.
code-locked = Too many codes were wrong; on-call was told. I look at none until { $until }
code-not-enrolled = You have no second factor. Your operator gives you one at the machine: { $command }
code-other-key = Your second factor cannot be read with the key that is configured. Ask your operator.
notice-codes-locked = 🔐 { $who } gave too many wrong codes of their second factor: I look at none of theirs for a quarter of an hour. If that was not them, somebody else has their Discord. { $oncall }
refusal-reason = The rule { $rule } wants a reason that matches { $pattern }. Type it with one: { $command }
problem-reason-unfit = The rule { $rule } now wants a reason that matches { $pattern }. Ask for it again with one.
typed-glass-reason = at least ten characters that say why, because `break_glass` passes an approval.
typed-denial-reason = one to 400 characters.
problem-not-enough-approvals = { $needed ->
    [one] By the rules of this moment it needs the approval of one other person, and has none that counts.
   *[other] By the rules of this moment it needs the approval of { $needed } other people; approvals that count: { $given }.
} Nothing was done; ask again.
help-approve = **Approve** and **Deny** under a request decide on what others ask for.
help-break-glass = `break_glass:true` passes a needed approval in an emergency; the on-call role is told.

# Buttons
button-confirm = Confirm
button-show-calls = Show calls
button-confirm-put-back = Confirm, no reboot
button-confirm-reboot = Confirm reboot
button-cancel = Cancel
button-reboot-again = Reboot again
button-leave-it = Leave it
button-restore-now = Restore now
button-to-disk = Boot from disk
button-put-netboot-back = Put netboot back
button-reveal = Reveal link
button-look-again = Look again
button-try-mail = Try the mail
button-delete = Delete this message
button-extend = Extend
button-extend-hour = 1 h
button-extend-hours = 4 h
button-extend-morning = Until 08:00
button-extend-until = Until { $day } { $time } (+{ $more })
weekday = { $number ->
    [1] Mon
    [2] Tue
    [3] Wed
    [4] Thu
    [5] Fri
    [6] Sat
   *[7] Sun
}
button-try-again = Try again
button-use-linux = Use the Linux rescue
button-ask = Ask @{ $name }
button-ask-them = Ask them
ways-near = 💡 Did you mean one of these?
ways-again = 🔁 The same once more:
ways-under-way = 👀 { $id } is under way there:
button-open-card = Open { $id }
ways-linux = 💡 The Linux rescue works on this server.
ways-ask = 🙋 { $who } may do this. Shall I ask in this channel?
help-asked = 🙋 I asked { $who } in this channel.
help-asked-before = 🙋 You asked { $who } in the last ten minutes already: your question stands in the channel.
named-here-none = I found no server in that message that you may see. What counts is a whole name, IP or reverse.
named-here-several = 💡 That message names several servers. Which one?
named-here-many = 💡 That message names { $count } servers. One of these?
command-named-here = Rescue the server named here…
choice-busy = busy
choice-in-rescue = in rescue
choice-protected = protected
button-adopt = Adopt
button-restore = Restore
button-open-link = Show password
button-open-dm = Open DM
button-open-console = Open the console

# Commands
command-rescue = Take a server into rescue, and see what is there
command-rescue-enable = Netboot a server into rescue, reboot it, and get the link to the password by DM
command-rescue-link = Look for the password link of a running rescue again; it comes by DM
command-rescue-extend = Give a rescue more time
command-rescue-hand-over = Make somebody else the owner of a rescue
command-rescue-list = What is in rescue now, whose, since when, until when
command-restore = Leave rescue: put everything back and reboot from the disk
command-reboot = Hard reboot; says first what it will boot into
command-status = One server as it is now, or the fleet at a glance
command-help = What you can do here
option-server = Service name, display name, IP or reverse
option-system = windows, linux, or an exact kernel; by default what fits the installed system
option-email = Where OVHcloud mails the credentials, instead of the account's contact
option-ssh-key = Public key for the Linux rescue; then there is no password
option-for = How long, such as 90m, 4h or 2d
option-by = How much longer, such as 90m, 4h or 2d; by default as long as a rescue usually lasts
option-owner = The new owner, who must hold rescue for this server
option-reason = Why; everybody in the channel sees it
option-break-glass = Pass a needed approval in an emergency

# States
state-opened = Reading the server
state-prepared = Setting the netboot
state-ready = About to reboot
state-intended = Reboot asked for
state-unsettled = Reboot: no answer, looking
state-undecided = Your decision is needed
state-unanswered = A decision is still needed
state-putting-back = Putting the netboot back
state-rebooting = Rebooting
state-standing = OVHcloud takes long
state-standing-still = OVHcloud still takes long
state-searching = Looking for the link
state-delivering = Sending the link
state-awaiting-reveal = The link waits for you
state-watching = Watching it come back
outcome-in-rescue = In rescue
outcome-in-rescue-no-link = In rescue, no link
outcome-link = Link sent
outcome-key = Opens by a key
outcome-adopted = Adopted
outcome-handed-over = Handed over
outcome-restored = Restored
outcome-rebooted = Rebooted
outcome-netboot-back = Netboot put back
outcome-end-unseen = End not seen
outcome-impossible = Not possible
outcome-expired = Expired
outcome-cancelled = Cancelled
outcome-refused = Refused by OVHcloud
outcome-unsent = Not sent
outcome-task-failed = Reboot failed
outcome-left-alone = Left as it is
outcome-in-doubt = In doubt
outcome-superseded = Taken over by { $by }

# The card
card-title = { $emoji } **{ $state }** · { $server } · { $id }
card-asked = Asked for by { $who }
card-asked-because = Asked for by { $who }: { $reason }
card-boots-into = Boots into: { $into }
card-boots-into-from = Boots into: { $into } (before: { $before })
card-lease = Meant to last { $length }
card-progress = { $bar } step { $step } of { $steps } · { $usual } · began { $began }
usual-known = usually { $length }
usual-minutes = usually a few minutes
card-longer = 🐢 Longer than usual, which is { $length }. I go on.
card-searching = Asking OVHcloud for the link since { $since }
card-searching-in = Looking in { $place } since { $since }
card-task = OVHcloud's task { $task }: { $status }
card-task-adopted = OVHcloud's answer was lost, but its task { $task } was found: { $status }
card-task-vanished = OVHcloud no longer lists the task; how it ended is not known
card-power = Power, says OVHcloud: { $power }
card-port-closed = It went off the network { $at }
card-port-old = It answers, but that may still be the old system
card-port-back = It went off the network after the reboot, and answers again { $at }
card-unknown-because = What came instead of an answer: { $said }
card-not-done-because = The last reboot was not done: { $said }
# What is waited for
hindered-key = ⛔ Waiting: OVHcloud refuses our key. Only whoever runs me can mend that; I go on by myself then. { $said }
hindered-right = ⛔ Waiting: OVHcloud does not allow our key this call. Only whoever runs me can mend that; I go on by myself then. { $said }
hindered-clock = ⛔ Waiting: OVHcloud refuses our signature, because of a wrong secret or clock. Only whoever runs me can mend that; I go on by myself then. { $said }
hindered-service = ⛔ Waiting: the server's service at OVHcloud has expired. Once it is renewed I go on by myself. { $said }
hindered-account = ⛔ Waiting: { $said }. Once it is there again I go on by myself.
hindered-refused = ⚠️ Waiting: OVHcloud gives an answer that I can do nothing with. I keep asking. { $said }
hindered-weather = 🌧️ Waiting: OVHcloud cannot be reached properly just now. I keep asking. { $said }
standing-task = OVHcloud's task { $task } still says { $status }, well after its time.
standing-next = I keep following the task and say here how it ends.
standing-next-rescue = I keep following the task, and look for the link to the password meanwhile.
standing-next-console = I keep following the task; ``/console`` may be asked for again now.
standing-way-out = **Restore now** does not wait for it: it puts everything back and reboots.
standing-leave-it = **Leave it** waits no longer and frees the server; OVHcloud may still reboot it.
standing-over = The task has ended since: { $status }
standing-past = That is over.
standing-superseded = { $by } has taken over.
card-put-back = The netboot is back as it was.
card-not-put-back = ⚠️ The netboot could **not** be put back: { $said }
card-others-at-work = ⚠️ The netboot is left as I set it, because writing now could destroy that work. When it is over, ``/restore`` puts everything back.
card-set-by-others = ⚠️ Somebody else set another netboot meanwhile: I left it as they set it. A restore shows the difference and asks.
doubt-unanswered = ⚠️ A change of the netboot got no clear answer: { $said }
doubt-stopped = ⚠️ I was stopped while I may have been changing the netboot.
doubt-looking = That change may still arrive late. I keep looking for a while, and put back what arrives.
doubt-over = I kept looking for a while, and everything stayed as it was. Should that change arrive later still, ``/rescue list`` shows the server.
card-moved = ➡️ **Goes on below** · { $server } · { $id }
    { $link }
card-faults = { $count ->
    [one] ⚠️ A step of mine failed inside; I try it again.
   *[other] ⚠️ Steps of mine failed inside { $count } times; I go on trying.
}

# Questions
question-none = I asked OVHcloud for the reboot and got no answer, and no new reboot task has turned up. It may have been lost, or it may still come.
question-unread = I asked OVHcloud for the reboot and got no answer, and I cannot read whether a new reboot task has turned up: { $said }. It may have been lost, or it may still come.
question-several = I asked OVHcloud for the reboot and got no answer, and { $count } new reboot tasks have turned up: I cannot tell which is mine.
question-again-refused = OVHcloud refused the last reboot. What became of the one before is still not known: no new reboot task has turned up.
question-again-unsent = The last reboot certainly did not reach OVHcloud. What became of the one before is still not known: no new reboot task has turned up.
question-others = The next reboot was not sent, because others are at work on the server. **Reboot again** sends it in spite of this:
question-unanswered = { $who } has not answered this: nobody knows whether the reboot happened, and whoever may `reboot` can decide.
question-choices = **Leave it** ends this, and nothing more is sent. **Reboot again** sends one more reboot, on your word.
question-logged = 🔎 OVHcloud's log has my request at { $at }: it arrived. What came of it, the log does not say.
question-answered = This is answered.
reveal-waiting = { $who }, your DMs are closed to me. Press **Reveal link**: only you will see it.
reveal-waiting-refused = { $who }, my DM does not reach you: { $why }. Press **Reveal link**: only you will see it.
discord-no-answer = Discord did not take it in all the time there was
discord-explicit = Discord's filter for explicit content stopped it (code { $code })
discord-flagged = Discord suspects this bot of spam; ask your operator (code { $code })
discord-too-fast = Discord finds that this bot opens DMs too fast (code { $code })
discord-may-not = Discord does not let me write there (code { $code })
discord-filter = a filter of Discord's stopped it (code { $code })
discord-other = Discord refuses it (code { $code })
reveal-over = This is done. ``/rescue link`` finds the link again.

# The end
end-link-delivered = The link to the password is in your DMs (found in { $source }). User: { $user }
end-link-revealed = The link to the password was shown to the one who asked, and to nobody else (found in { $source }). User: { $user }
end-link-not-needed = The SSH key that is set opens it; there is no password. User: { $user }
end-opens-by-key = This rescue opens by the key { $key }; there is no password.
end-log-in = Log in: { $command }
end-link-old = ⚠️ Nobody can tell since when it is in rescue: OVHcloud lists no reboot any more. The password may be an older one's; if it does not work, reboot into rescue again.
end-link-not-found = The netboot is rescue, but no link to a password turned up in time. I looked in: { $searched }
end-link-trouble = The last look did not work: { $said }
end-link-beside = Another place to look refused: { $said }
end-task-stands = OVHcloud's task { $task } still says { $status }; the link shows that the rescue runs.
end-link-not-taken = The link was there, but nobody took it. ``/rescue link`` finds it again.
end-link-withheld = The link is there, but { $who } may not have it any more, so it was not sent. ``/rescue link`` finds it for somebody with `rescue`.
end-until = It is yours until { $until }; I remind you before. When you are finished: **Restore now** or ``/restore``.
end-until-of = It is with { $who } until { $until }.
end-until-over = Time ran out { $until }. **Restore now** puts everything back; **Extend** gives it more time.
end-until-over-of = It is with { $who }; time ran out { $until }.
end-adopted = Somebody else started this rescue; it has an owner now. A restore leads to the server's disk.
end-handed-over = { $who } answers for this rescue now.
end-back = OVHcloud's task is done, and I saw the machine go away and come back.
end-task-done = OVHcloud's task is done, but I have not seen the server come back yet: it usually goes dark after a minute, and is back 2 to 4 min later.
end-rescue-again = 🛟 It booted into rescue again: the password may be another one. { $command } looks for it.
end-unseen = OVHcloud took the reboot, but it no longer lists the task; how it ended is not known. I did not see the machine come back: ``/status`` shows what can be seen now.
end-wiped = Any DM with the link is being wiped. That does not revoke the link.
end-expired = It was accepted too long ago to be begun now: nothing was rebooted. Ask again if you still want it.
end-cancelled = { $who } cancelled it. Nothing was rebooted.
end-not-done = Nothing was rebooted. { $said }
end-task-failed = OVHcloud's task ended as { $status }.
end-netboot-stays = The netboot is **not** put back: the next reboot, whoever does it, boots what was set here.
end-put-netboot-back = **Put netboot back** undoes that without a reboot. If the server did reboot, it stays in rescue until its next reboot.
end-netboot-back-but = The netboot is back, read back. Nothing was rebooted: the machine goes on with what it runs now. If that is the rescue, ``/reboot`` ends it.
end-lacking = ⚠️ OVHcloud did not take everything back. Not as it was: { $fields }
end-other-way = The disk is a way out as well: { $command }, then **Boot from disk**.
end-netboot-back = Everything I changed is back, read back. Nothing was rebooted: the machine goes on with what it runs now. If that is the rescue, ``/reboot`` ends it.
end-lease-stays = So this rescue is not over for me. **Put netboot back** ends it without another reboot, once you have seen that the server is out; **Restore now** reboots again.
end-let-go = { $who } waits no longer for OVHcloud's task { $task }, which still said { $status }: it may reboot yet. The server is free.
end-left-alone = { $who } left it as it is. Whether the reboot happened is not known.
end-in-doubt = A copy of my store was put back. This was under way when the copy was made, and may have been done since: I do nothing more for it. Look at the server, then ask again for what is missing.

# The DM
dm-title-windows = 🛟 { $server } is in the **Windows rescue** ({ $id }).
dm-title-linux = 🛟 { $server } is in the **Linux rescue** ({ $id }).
dm-keep = Whoever has the link has the password: keep it to yourself, and delete this message when you are done.
dm-key = The SSH key that is set on the server opens it: OVHcloud makes no password, so there is no link here.
dm-key-named = The SSH key { $key } opens it: OVHcloud makes no password, so there is no link here.
dm-user = User { $user } at { $address }
dm-link = **Password** (from { $source }): { $link }
dm-link-file = **Password** (from { $source }): its link is in the file { $file } below, because it is so long.
dm-connect-rdp = **RDP**: open the file below
dm-connect-ssh = **SSH**: { $command }
dm-host-key = The rescue has another SSH host key: { $command }
dm-connect-kvm = **KVM**: { $command }
dm-finished = **When you are finished**: **Restore now**
dm-finished-typed = **When you are finished**: { $command }
dm-until = The time until it is yours is shown there.
dm-commands = Commands go into { $channel }.
dm-wiped = 🧹 { $server } has left that rescue, so what stood here is wiped. That does not revoke the link.
dm-deleted = 🧹 Deleted. That does not revoke the link.

# Confirmation
confirm-enable-windows = 🛟 **Reboot into the Windows rescue**
confirm-enable-linux = 🛟 **Reboot into the Linux rescue**
confirm-restore = ↩️ **Reboot out of rescue**: everything I changed is put back
confirm-reboot = 🔄 **Hard reboot**
confirm-put-back = ↩️ **Put back what I changed, without a reboot**
confirm-boots-into = Reboots now into { $into }
confirm-boots-into-next = The next reboot, whoever does it, goes to { $into }
confirm-lease = Yours for { $length }; reminder { $before } before.
confirm-usually = ⏱️ Usually { $length }.
confirm-usually-minutes = ⏱️ Usually a few minutes.
confirm-then-password = The link to the password then comes to you by DM.
confirm-then-told = I then say in the channel what I saw.
confirm-email = OVHcloud mails the credentials to { $email }, from now on until the restore.
confirm-key = The SSH key you gave will open it; OVHcloud makes no password.
confirm-key-there = An SSH key is already set on the server and will open it; OVHcloud makes no password.
confirm-rescued-again = ⚠️ Already in rescue since { $since }, until { $until }. This reboots it and begins a new rescue.
confirm-takes-over = ⚠️ Already in rescue: { $owner }'s, since { $since }, until { $until }. This reboots it and takes it over.
confirm-ends-others = ⚠️ This is the rescue of { $owner }, since { $since }, until { $until }. They are told when it is over.
confirm-ends-own = This ends your own rescue, since { $since }, until { $until }.
confirm-ends-nobodys = This ends a rescue that I did not start, if it is in one.
confirm-reboots-own = ⚠️ This is your own rescue, since { $since }, until { $until }. What runs in it stops, and its password changes: ``/rescue link`` then looks for the new one.
confirm-reboots-others = ⚠️ This is the rescue of { $owner }, since { $since }, until { $until }. What runs in it stops, and its password changes: their link will not do any more.
confirm-reboots-nobodys = ⚠️ In rescue, not started by me. This reboots it: what runs in it stops, and its password changes.
confirm-again = 🔄 **Reboot once more**: what became of the last reboot of { $id } is not known
confirm-services-stop = ⚠️ All services on it stop until it is back.
confirm-services-stop-rescue = ⚠️ All services on it stop until the rescue ends.
others-task = ⚠️ OVHcloud is at work on it: { $function }, { $status } (task { $task }), which is not mine. A reboot or another netboot may destroy that, or collide with it.
others-task-beside = ℹ️ OVHcloud is at work on it: { $function }, { $status } (task { $task }), which is not mine.
others-task-unread = ⚠️ OVHcloud's task { $task }, which is not mine, may be under way: I cannot read what it does.
others-planned = ⚠️ OVHcloud plans { $kind } on it { $when }.
others-under-way = ⚠️ OVHcloud's people are at work on it: { $kind }, until { $until } as far as is known.
others-intervention = ⚠️ OVHcloud's people began an intervention on it { $when } ({ $kind }), which may still be under way.
others-more = … and { $count } more.
others-tasks-unread = ⚠️ I cannot read whether OVHcloud is at work on it: { $said }
others-planned-unread = ⚠️ I cannot read what OVHcloud plans on it: { $said }
others-interventions-unread = ⚠️ I cannot read whether an intervention is under way: { $said }
confirm-backup = ⚠️ Make sure there is a recent backup.
confirm-windows-vm = ⚠️ Restarting the Windows rescue itself does not leave rescue: ``/restore`` does.
confirm-reboot-rescue = ⚠️ Its netboot is rescue, so it boots into **rescue again**. ``/restore`` leaves it.
confirm-reboot-off = ⚠️ Its netboot is power-off: it will **stay off**.
confirm-to-disk = ↩️ **Reboot from its disk**
confirm-script = ⚠️ It starts its own boot script now ({ $length } characters). The rescue takes its place; a restore puts it back.
confirm-dead-end = ⚠️ It is set to { $what } now, where nobody can reach it: a restore will lead to the disk.
confirm-reboot-unreachable = ⚠️ Its netboot is an iPXE shell: **nobody can reach it** there. ``/restore`` leads to the disk.
remark-left-out = OVHcloud lists netboot { $id } and does not show it, so it is left out: { $said }
remark-unread = ⚠️ OVHcloud does not show what netboot { $id } is, to which it is set now: { $said }
remark-stays = ⚠️ { $field } is not as it was before the rescue. I did not change it, so it stays as it is.
runbook-line = 📘 Runbook: [{ $text }]({ $url })
confirm-life = Valid once, until { $until }.
difference-boot = ⚠️ Somebody changed the netboot since: it is { $now } now.
difference-script = ⚠️ Somebody set a boot script since ({ $length } characters): if you go on, it is lost.
difference-field = ⚠️ Somebody changed { $field } since; it is put back too.
difference-no-boot = ⚠️ Somebody changed the netboot since: none is set now.
difference-mail = ⚠️ Somebody changed the rescue mail since; it is put back too.
difference-key = ⚠️ Somebody changed the rescue SSH key since; it is put back too.
accepted = ✅ Started (**{ $id }**) for { $server }. Follow it in { $channel }.
accepted-card = ✅ Started (**{ $id }**) for { $server }. Follow it here: { $card }
card-cancelled = ✋ Cancelled; nothing was done.
card-changed = ⚠️ Meanwhile what it would boot into, or its rescue, has changed. This is how it is now:
card-others = ⚠️ Meanwhile others have begun something on it, or I can no longer see what they do. This is how it is now:
decided-cancel = ✋ It is being cancelled.
decided-again = 🔄 One more reboot is on its way.
decided-let-go = ✋ Nobody waits for that task any more. The server is free.
decided-leave = ✋ It is left as it is.

# What is over
outcome-was-in-rescue = Was in rescue
past-title = 🏁 **Was in rescue** · { $server } · { $id }
past-line = Was in rescue { $from } to { $to }, ended { $how }.
past-closed = 🏁 Over since { $at }: ended { $how }.
past-by = by { $id } of { $who }
past-by-deadline = by { $id }, because its time was over
past-by-put-back = by { $id } of { $who }, without a reboot
past-by-rescue = by { $id } of { $who }, which took it into rescue again
past-by-others = outside Bernard
past-by-leaving = with its server, which left the account
past-undone = ↩️ **Came to nothing** · { $server } · { $id }: it rebooted nothing, and the rescue that it was to take over went on.
past-reminder = This was a reminder: it was meant to end { $until }.
past-extended = { $who } extended it until { $until }.
past-handed-over = { $who } handed it over from { $from } to { $to }.
past-netboot-changed = Others had set its netboot to { $boot }.
past-rebooted-by-others = OVHcloud's task { $task }, which was not mine, rebooted it into rescue once more.
past-left = It left without me: others had set its netboot to { $boot }, and OVHcloud's task { $task } rebooted it. There is nothing left to do.
past-taken-over = { $who } took it over; before that the rescue was with { $owner }.
past-rebooted = { $who } rebooted it into rescue once more ({ $id }).
past-given-back = { $id } of { $who } had taken it over and came to nothing.

# Reminders and announcements
reminder-before = ⏰ **Time is nearly up** · { $server } is in rescue
reminder-deadline = ⏰ **Time is up** · { $server } is still in rescue
reminder-after = ⏰ **Still in rescue** · { $server } · its time is long up
reminder-until = The rescue { $id } is meant to end { $until }.
reminder-was-until = The rescue { $id } was meant to end { $until }.
reminder-choices = **Restore now** or { $restore } puts everything back; **Extend** or { $extend } gives it more time.
reminder-into-rescue = Any reboot lands in rescue again.
reminder-left = ⏰ **Something is left to put back** · { $server } is out of rescue
notice-server-left = 👋 **Gone** · { $server } has left the account: OVHcloud no longer lists it. The rescue of { $who } ({ $id }) is over, and there is nothing to put back.
notice-left-rescue = 🏁 **Out of rescue** · { $server } has left its rescue ({ $id }, { $who }) without me: its netboot is { $boot } now, and OVHcloud's task { $task } has rebooted it. A link that went out by DM is wiped.
notice-left-closed = That rescue is over. There is nothing to do.
notice-left-remains = What I set for it besides (rescue mail or SSH key) is still there: **Put netboot back** or { $command } undoes that, without a reboot.
notice-netboot-changed = 👀 **Netboot changed** · { $server } is still in rescue ({ $id }, { $who }), but its netboot is { $boot } now, and I did not do that: it leaves with the next reboot.
notice-rebooted-by-others = 🔁 **Rebooted without me** · { $server } is in rescue ({ $id }, { $who }), and OVHcloud's task { $task }, which is not mine, reboots it into rescue again: the password may be another one. { $command } looks for it.
seen-left = 🏁 It has left the rescue without me: its netboot is { $boot } now, and OVHcloud's task { $task } has rebooted it.
seen-leaving = 👀 Its netboot is { $boot } now: it is still in rescue, and leaves with the next reboot.
seen-rebooted = 🔁 OVHcloud's task { $task }, which is not mine, rebooted it into rescue again: the password may be another one. ``/rescue link`` looks for it.
notice-restored-at-deadline = ⏰ **Time is up** · { $server } is being put back ({ $id }), with the rights of { $who }.
notice-extended = ⏳ **Extended** · { $server } stays in rescue until { $until }. Extended by { $who }; it is the rescue of { $owner }.
notice-extended-own = ⏳ **Extended** · { $server } stays in rescue until { $until }. Extended by { $who }.
notice-handed-over = 🤝 **Handed over** · the rescue of { $server } is no longer with { $from } but with { $to }. Said by { $who }.
notice-taken-over = 🛟 **Taken over** · { $who } takes { $server } into rescue again ({ $id }): it reboots, and this is no longer the rescue of { $owner }.
notice-given-back = ↩️ **Given back** · { $id } of { $who } came to nothing: the rescue of { $server } is with { $owner } again.
notice-ended = 🏁 **Ended** · { $who } ended the rescue of { $server } ({ $id }). It was with { $owner }.
notice-rebooted = 🔁 **Rebooted** · { $who } rebooted { $server } into the rescue of { $owner } again ({ $id }): the password may be another one. { $command } looks for it.
notice-dm-stands = ⚠️ **A link still stands** · { $server } · { $id }
    { $who }: Discord does not let me wipe my direct message with the link. Please delete it yourself (**Delete this message** under it). I go on trying for a week; wiping does not revoke the link.
notice-unshown = ⚠️ { $who }, Discord did not let me show you an answer in { $channel }: { $why }. What was accepted before that is under way, and its card says so; for the rest, ask again.
unasked-no-message = ⚠️ **Nobody was asked** · { $server } · { $id }
    { $who }, this waits for the approval of others until { $until }, but { $channel } takes no message of mine, so nobody knows. **Cancel** takes it back; then ask again in a channel that I may write in, or have your operator let me write there.
unasked-no-ring = ⚠️ **Nobody was rung** · { $server } · { $id }
    { $who }, this waits for approval in { $channel } until { $until }, but Discord rang none of { $approvers }: I may not mention that role, or it is too large for that thread. Ask one of them yourself to look there, and your operator to let me mention it. **Cancel** takes it back.
unrung = 🔕 Discord did not let me ring { $who } here. Please tell them yourself.
notice-anchor = 🔗 The audit's latest line: { $anchor } ({ $count } new). Whoever has this can prove that nothing before it was changed.
notice-paused = ⏸️ **Paused** by { $who }: { $reason }. Nothing new is begun, except what leads out of rescue.
notice-resumed = ▶️ **Resumed** by { $who }.
notice-copy = 🗂️ **A copy of my store was put back** { $who }
notice-copy-made = It was made { $at }; what happened since, I do not know.
notice-copy-older = It lacks what I did last; what happened since it was made, I do not know.
notice-copy-operations = { $count ->
    [one] One operation that was under way in it is in doubt; I do nothing more for it.
   *[other] Operations that were under way in it and are in doubt: { $count }. I do nothing more for them.
}
notice-copy-leases = { $count ->
    [one] One rescue is in it. It stays, with its reminders, and no deadline restores it.
   *[other] Rescues in it: { $count }. They stay, with their reminders, and no deadline restores them.
}
notice-copy-next = Look at ``/rescue list`` before you go on. If new operations were paused since, pause them again.
notice-sink = 📤 **The audit's sink { $sink } stands still**: { $what } { $who }
notice-sink-line-next = Nothing more goes there, and nothing is lost. Mend it, then { $command } on the machine tries again.
notice-sink-closed-next = Nothing is lost, and I go on trying: let me in again.
notice-sink-chain-next = The audit was cut or written anew. Nothing more goes there; look with { $command }.
sink-away = it does not take lines now ({ $said })
sink-closed = it does not let me in ({ $said })
sink-line = it refuses line { $number } ({ $said })
sink-chain = the audit here does not go on from line { $number }, which it has
notice-help-asked = 🙋 { $who } asks { $of }: I may not let them { $capability } { $server } here. Can one of you do it?
notice-help-asked-anywhere = 🙋 { $who } asks { $of }: I may not let them { $capability } here. Can one of you do it?
trouble-key = 🔑 **OVHcloud refuses our key** · account { $account }.
trouble-right = 🔑 **OVHcloud does not allow a call** · account { $account }.
trouble-clock = 🕰️ **OVHcloud refuses our signature** · account { $account }: a wrong secret, or a wrong clock.
trouble-service = 💶 **The service has expired** · { $server } at OVHcloud.
trouble-account = 🔑 **An account is missing** · { $account } is no longer in my configuration.
trouble-met = Met by { $id } ({ $server }): { $said }
trouble-next = Only whoever runs me can mend this. What waits for it goes on by itself then; I say this once.
digest-quiet = ☀️ Nothing is in rescue.
digest-title = { $count ->
    [one] ☀️ **{ $count } server is in rescue**
   *[other] ☀️ **{ $count } servers are in rescue**
} (as of { $at })

# Leases
extend-how-long = How much longer shall { $server } stay in rescue? Now it is until { $until }.
extended = ⏳ { $server } stays in rescue until { $until }.
extended-cut = That is less than you asked for: `max_lease` lets no rescue end later than { $longest } from now.
handed-over = 🤝 The rescue of { $server } is with { $who } now.
lease-none = I hold no rescue of { $server }. ``/rescue list`` shows what is in rescue; one that somebody else started can be adopted there.
lease-gone = That rescue is over, or has an owner now. ``/rescue list`` shows how it is.
lease-longest = { $server } is in rescue until { $until } already, and no rescue may end later than { $longest } from now.
lease-left = { $server } has left its rescue, without me: its netboot was changed, and it was rebooted since. I have told its channel.
lease-changed = The rescue of { $server } has just ended or been changed. ``/rescue list`` shows how it is; then ask again.
lease-cannot-own = { $who } may not own the rescue of { $server }: that needs the right `rescue` for this server. Choose somebody who holds it, or ask your operator.
lease-has-owner = The rescue of { $server } is with { $who } already.

# Lists
list-line = 🛟 { $server } · { $id } · { $who } · since { $since } · until { $until }
list-line-over = ⏰ { $server } · { $id } · { $who } · since { $since } · should have ended { $until }
list-line-left = 🏁 { $server } · { $id } · { $who } · { $seen }
list-line-foreign = ⚠️ { $server } · not started by me · { $kernel } · seen since { $since }
list-line-past = 🏁 { $server } · { $id } · { $past }
list-line-gone = 🏁 { $server } · out of that rescue, or with an owner now
list-only-listed = from OVHcloud's list, read { $when }; it may be older
list-more = … and { $count } more.
list-none = Nothing is in rescue.
list-not-looked-at = { $count ->
    [one] ❔ { $count } server not looked at yet
   *[other] ❔ { $count } servers not looked at yet
}
fleet-title = { $count ->
    [one] **{ $count } server**
   *[other] **{ $count } servers**
}
fleet-line = { $server }: { $state }
fleet-only-listed = { $count ->
    [one] -# { $count } server as OVHcloud's list has it, read { $when }; before I do anything I read the server itself
   *[other] -# { $count } servers as OVHcloud's list has them, read { $when }; before I do anything I read the server itself
}
fleet-foreign = In rescue, not started by me
fleet-dead-end = Set to start where nobody can reach it
fleet-left = out of rescue, with something to put back
fleet-more = … and more. ``/rescue list`` shows all that is in rescue.
fleet-quiet = All quiet: nothing in rescue, nothing under way.
fleet-quiet-so-far = Nothing in rescue and nothing under way, as far as I have looked.
status-ok = 🟢 **{ $server }** · { $service }
status-rescue = 🛟 **{ $server }** · { $service } · its netboot is rescue
status-trouble = ⚠️ **{ $server }** · { $service } · OVHcloud says { $state }
status-os = { $os } · { $power }
power-on = powered on
power-off = powered off
power-unknown = power unknown
status-boots = Next boot: { $start }
status-both = ⚠️ Netboot { $id } is set beside that script: which of the two it starts, OVHcloud does not say.
status-unreachable = ⚠️ **{ $server }** · { $service } · its netboot is an iPXE shell, where nobody can reach it: ``/restore`` leads to the disk
status-off = ⚠️ **{ $server }** · { $service } · its netboot is power-off, so the next reboot leaves it off: ``/restore`` leads to the disk
status-boots-nothing = Next boot: nothing is set
status-remembered = 🕰️ **{ $server }** ({ $service }) as I last saw it, { $when }: OVHcloud does not answer just now.
status-task = Task { $task }: { $function } { $status }
status-tasks-unreadable = The tasks could not be read: { $said }
status-lease = In rescue ({ $id }) with { $who } since { $since }, until { $until }
status-operation = { $emoji } { $id }: { $state }
status-monitored = Monitored by OVHcloud
status-unmonitored = Not monitored by OVHcloud
status-no-intervention = Interventions in the datacentre are switched off
status-odd = ⚠️ Left out, because I cannot read it: { $said }

# Tasks, status and the doctor
command-tasks = What OVHcloud did to a server lately
tasks-title = **OVHcloud's latest tasks for { $server }**
tasks-none = OVHcloud lists none. It forgets old ones.
tasks-began = began { $when }
tasks-ended = ended { $when }
help-tasks = ``/tasks`` shows OVHcloud's latest tasks for a server.
status-intervention = OVHcloud last worked on it in the datacentre { $when }
status-planned = ⚠️ OVHcloud plans { $kind } for { $when }
status-expires = Paid until { $day }
status-expires-renewed = Paid until { $day }, renewed by itself
status-expires-for-good = ⚠️ Paid until { $day }, and **not** renewed by itself
status-expires-contradicts = ⚠️ Paid until { $day }; OVHcloud contradicts itself about whether it is renewed by itself
status-likely-cause = 💡 Nobody here began this rescue. OVHcloud's people began work on the server { $when }, and leave it in rescue when its own system does not start: the account's mails may say more.
status-contract-unreadable = The contract and planned interventions could not be read: { $said }
command-doctor = What is not well with the fleet, the accounts and me
help-doctor = ``/doctor`` examines the fleet, the accounts and me.
doctor-well = 🩺 **All well**, as far as I can see, with { $servers ->
    [one] { $servers } server
   *[other] { $servers } servers
}.
doctor-title = 🩺 **{ $count ->
    [one] { $count } finding
   *[other] { $count } findings
}** for { $servers ->
    [one] { $servers } server
   *[other] { $servers } servers
}
doctor-age = -# The oldest of my readings of a server: { $when }
doctor-nothing-read = -# I have read no server yet.
doctor-replicas = -# { $count ->
    [one] 1 replica
   *[other] { $count } replicas
}: { $names }
doctor-replica-silent = { $name } (last seen { $when })
doctor-line = { $title }: { $items }
doctor-more = … and { $count } more
doctor-rest = { $count ->
    [one] … and { $count } more kind of finding, in the file.
   *[other] … and { $count } more kinds of finding, in the file.
}
doctor-store = 🔴 **My store cannot be written**
doctor-commands = 🔴 **Discord does not take my commands**; those it has go on working, I try again { $when }
doctor-account-away = 🔴 **The account cannot be read**
doctor-credential = 🔴 **The credential is not good, or not for long**
doctor-rights = 🔴 **The credential lacks rights**
doctor-bot-lacks = 🔴 **I lack permissions in this channel**
doctor-oncall-gone = 🔴 **The on-call role does not exist**
doctor-oncall-silent = 🔴 **The on-call role does not ring when I mention it** (make it mentionable)
doctor-sink-stopped = 🔴 **A sink of the audit gets no more lines**
doctor-sink-behind = 🟠 **A sink of the audit is behind**
doctor-sink = { $sink } ({ $count ->
    [one] one line
   *[other] { $count } lines
} since { $when })
doctor-overdue = 🛟 **In rescue past the deadline**
doctor-forgotten = 🛟 **Set to rescue, and nobody holds it**
doctor-dead-end = 🟠 **Set to start where nobody can reach it** (``/restore`` leads to the disk)
doctor-trouble = 🟠 **OVHcloud reports trouble**
doctor-silent = 🟠 **OVHcloud lists it and does not describe it**
doctor-odd = 🟠 **Cannot be read, and is left out**
doctor-short-list = 🟠 **OVHcloud lists much fewer servers than there were; I do not believe it**
doctor-ends = 🟠 **Ends soon and is not renewed by itself**
doctor-contradicts = 🟠 **OVHcloud contradicts itself about whether it is renewed by itself** (look in its control panel)
doctor-planned = 🟠 **OVHcloud plans to work on it**
doctor-retired = 🟠 **Boots an image that OVHcloud has retired**
doctor-drift = 🟠 **My clock is not OVHcloud's** (I correct for it; look at NTP)
doctor-clock-set = 🟠 **The machine's clock was set while I run** (I go on by the time since my start; a restart takes the new time)
doctor-unchecked-servers = ❔ **Servers not read yet**
doctor-unchecked-boots = ❔ **Netboots not read yet**
doctor-unchecked-contracts = ❔ **Contracts and planned interventions not read lately**
doctor-unchecked-clock = ❔ **The clock could not be compared with OVHcloud's**
doctor-unchecked-credential = ❔ **The credential could not be looked at**
doctor-unchecked-rights = ❔ **Whether it may change anything shows only when it does** (OAuth2)
doctor-unchecked-addresses = What OVHcloud says of addresses (blocked, mitigated) may not be read; all else works
status-blocked-antihack = 🚨 OVHcloud blocks its address because attacks came from it (*Anti-Hack*).
status-blocked-spam = 🚨 OVHcloud blocks its address because spam came from it.
status-blocked-phishing = 🚨 OVHcloud says that its address serves a phishing page.
status-mitigated = 🛡️ It is under attack: OVHcloud filters its traffic (mitigation).
status-mitigated-always = 🛡️ OVHcloud filters its traffic all the time (permanent mitigation).
doctor-unchecked-oncall = ❔ **The on-call role could not be looked at**
doctor-no-intervention = 🟡 **Interventions in the datacentre switched off**
doctor-unmonitored = 🟡 **Not monitored by OVHcloud**

# The picture
picture-asked = Asked for
picture-set = Netboot set
picture-reboot = Reboot sent
picture-unknown = No answer to the reboot
picture-refused = Refused or not sent
picture-task-done = OVHcloud's task done
picture-task-failed = OVHcloud's task failed
picture-task-vanished = The task is listed no more
picture-port-closed = Port stopped answering
picture-port-back = Port answers again
picture-link = Link delivered
picture-no-link = No link
picture-cancelled = Cancelled
picture-now = Now

# Help
help-title = **What you can do here**
help-enable = ``/rescue enable`` takes a server into rescue; the link to the password comes by DM.
help-named-here = **Rescue the server named here…**, under *Apps* in a message's menu, finds the server that it names.
help-link = ``/rescue link`` finds that link again.
help-extend = ``/rescue extend`` gives a rescue more time.
help-hand-over = ``/rescue hand-over`` makes somebody else its owner.
help-restore = ``/restore`` puts everything back.
help-reboot = ``/reboot`` reboots, and says first into what.
help-status = ``/status`` shows one server, or the fleet.
help-list = ``/rescue list`` shows what is in rescue.
help-nothing = Nothing yet: no rule of the configuration speaks of you in this channel. Ask your operator.
help-names = A server goes by its service name, display name, IP or reverse.

# Refusals
refusal-not-here = Commands are taken in the guild that I serve, not here.
refusal-wrong-channel = Commands are taken in { $channels }, not here.
refusal-roles-unreadable = Discord did not tell me your roles just now, so the answer is no. Try again, or use the command in the channel.
refusal-not-a-member = Discord did not tell me your roles, because you are not in the server that I serve (any more); so the answer is no.
refusal-bot-lacks = I lack permissions in this channel that I will need: { $missing }. Ask an administrator of this Discord server.
refusal-typed = { $option } is not right: { $right }
refusal-busy = { $server } is busy with { $id } of { $who }: { $state }. Wait for its end.
refusal-not-yours = This button was made for somebody else. It works in my direct message alone.
refusal-not-yours-of = This button was made for somebody else: { $who }. To ask for the same, type the command yourself.
refusal-not-yours-command = This button was made for somebody else: { $who }. If you have the right to it, type { $command } yourself.
refusal-not-spared = The server was rebooted since, or I cannot read whether it was: this may be another rescue than yours, and others must approve its link. To ask them: { $command }
refusal-no-link-yet = No link turned up just now. Press again in a moment, or use { $command }.
refusal-unknown = I do not know this any more. Type the command anew.
refusal-made-elsewhere = This button is from before my memory was replaced or restored, so I do nothing on it: what it meant may be something else now. Type { $command } instead.
refusal-made-elsewhere-judge = This button is from before my memory was replaced or restored, so it answers nothing here. Whoever asked types their command again; how the server is now: { $command }
refusal-way-over = That offer is over. Type the command again.
refusal-unreadable = I could not read what Discord sent, and nothing was done. Please try again; if it stays so, tell your operator.
answer-plain = (Discord did not take the buttons of this answer. Type the command again for them.)
answer-unshown = ⚠️ Discord does not let me show you this answer: { $why }. What was accepted is under way, and its card says so; for the rest, ask again.
refusal-fault = Something is wrong with me, and nothing was done. Your operator finds it in the log.
refusal-broken = Something broke in me while I was at it. What I had accepted goes on: look at its card in the channel before you ask again. Your operator finds the fault in the log.
restarting = I am restarting; nothing was done. Try again in a moment.
no-server = No server goes by { $typed } that you may see.
no-server-near = No server goes by { $typed } that you may see. Did you mean { $count ->
    [one] { $near }
   *[other] one of { $near }
}?
no-server-ambiguous = Several servers go by { $typed }: { $all }. Use one of these names.
no-server-unreadable = I could not look { $typed } up: OVHcloud did not answer just now. Nothing was done.
    -# { $said }
no-server-yet = No server that I have read so far goes by { $typed }: { $read } of { $all }. Use its service name, which works at once, or try again later.
typed-blank = at least one character that is not a space.
typed-duration = a length such as 90m, 1h30m or 2d, at most { $longest }.
typed-more = a length such as 90m, 1h30m or 2d.
typed-email = one address, such as ops@example.com.
typed-email-domain = an address in one of these domains: { $domains }.
typed-ssh-key = one public key in one line, such as ssh-ed25519 AAAA….
card-answered = This card stood for { $id } and for nothing else. To do it again: { $command }
card-under-way = { $id } is already under way: this card stands for it and for nothing else. To do it again afterwards: { $command }
card-dismissed = This card was cancelled, or replaced by a newer one. To ask again: { $command }
card-expired = This card is older than ten minutes. To ask again: { $command }
too-late = { $id } has gone on; this button no longer means anything.
too-late-command = { $id } has gone on; this button no longer means anything. To ask again: { $command }

# Problems
problem-server-gone = { $server } is no longer in the OVHcloud account. If it was renewed or moved, ask your operator to look at the account.
problem-held = OVHcloud itself holds { $server } ({ $state }): contact OVHcloud's support, nothing can be done from here.
problem-no-boots = { $server } lists no netboot entry for this. A server that only has a vRack (OLA) cannot netboot; otherwise ask OVHcloud's support.
problem-no-such-rescue = OVHcloud lists no { $wanted } rescue for { $server }. It has: { $has }. Installed: { $os }, memory: { $memory } GB.
problem-no-rescue-shown = OVHcloud shows no { $wanted } rescue for { $server }.
problem-left-out = It lists { $ids } and does not show what that is: what you want may be there. { $said }
problem-no-disk = I cannot find the hard-disk boot of { $server }, so I see no way out just now: { $said }
problem-no-disk-recorded = What it was set to before: { $start }
problem-windows-needs = OVHcloud offers the Windows rescue for servers with an installed Windows and at least 16 GB of memory. `system:linux` needs neither.
problem-changed = What { $server } would boot into, or its rescue, has changed since you confirmed, so nothing was done. Ask again to see how it is now.
problem-not-in-rescue = { $server } is not in rescue. ``/status`` shows what it boots.
problem-nothing-to-restore = { $server } is not in rescue, so there is nothing to put back. To restart it, type { $reboot }. ``/status`` shows what it boots.
problem-left-rescue = { $server } has left its rescue meanwhile, without me: its netboot was changed, and it was rebooted. A link to it would lead nowhere.
problem-rebooting = { $server } is rebooting right now. Try again when that is over.
problem-others-at-work = Others are at work on { $server }, and that was not on the card: I have not rebooted it.
problem-others-ask-again = When that is over, or to do it all the same, ask again: the card names it.
problem-no-account = The configuration no longer names { $account }, the account of { $server }. Ask your operator.
problem-no-longer-allowed = Whoever asked may not do this any more, so it was not begun.
problem-not-on-duty = Whoever asked may do this on duty, and is not on duty any more by the schedule as read at { $at }, so it was not begun.
problem-duty-unread = Whoever asked may do this on duty, and the schedule could not be read, so it was not begun.
problem-roles-unreadable = Discord did not tell me the roles of { $who }, so it was not begun.
problem-system-unread = OVHcloud does not say which system is installed on { $server }, so I do not choose its rescue: say which, with `system:windows` or `system:linux`.
problem-key-needs-linux = An SSH key does not work with the Windows rescue. Leave it out, or choose `system:linux`.
problem-weather = OVHcloud gave no answer about { $server } just now. Nothing was done. Try again in a few minutes.
    -# { $said }
problem-unclear = OVHcloud's answer about { $server } is of no use to me, so I did not go on: { $said }. Nobody refused anything; if it stays so, ask your operator.
problem-ovhcloud = OVHcloud did not let me do this with { $server }: { $said }

# Denials
denial-nobody = Nobody may { $capability }: the configuration has no rule at all.
denial-you-may-not = You may not { $deed }.
denial-ask = You may not { $deed }. Ask { $who }.
deed-view = see { $server }
deed-rescue = take { $server } into rescue
deed-restore = take { $server } out of rescue
deed-reboot = reboot { $server }
deed-console = open the console of { $server }
deed-approve = approve anything on { $server }
deed-audit = read what others did with { $server }
deed-admin = do what is for admins
deed-any-server = a server
denial-no-entry = No rule of the configuration speaks of you or your roles, so you may not { $capability }.
denial-lacks = The rules that speak of you do not include { $capability }.
denial-not-this-server = Your right to { $capability } is for other servers than { $server }.
denial-server-unread = Your right to { $capability } depends on tags or names of { $server } that could not be read, so the answer is no.
denial-not-this-channel = Your right to { $capability } holds in { $channels }, not here.
denial-other-hours = Your right to { $capability } holds in these hours: { $hours }.
denial-off-duty = Your right to { $capability } holds on duty only.
duty-no-schedule = The configuration has no schedule.
duty-never-read = The schedule could not be read yet, so nobody is on duty.
duty-clock-set = My machine's clock was set while I ran, so nobody knows whose shift it is: nobody is on duty until I am restarted.
duty-stale = The schedule was last read at { $at }, which is too long ago, so nobody is on duty.
duty-empty = The schedule read at { $at } is empty, so nobody is on duty.
duty-nobody = By the schedule read at { $at } nobody is on duty.
duty-others = By the schedule read at { $at }, on duty: { $who }
denial-nearest = The nearest rule: { $place }, for { $who }
denial-could-help = Who could help: { $who }

# The exact calls
calls-until-link = The last one is repeated until the link is there.
calls-until-answered = If the answer is lost, it is asked again.
calls-address-hidden = `…` stands for the requester's own address, which is not shown here.

# Why, plan, limits and the kill switch
command-plan = The exact calls an action would make now, and whether it would be refused; changes nothing
command-why = Which rule allows or denies something, and who could help
command-oncall = Who is on duty, until when, and who is next
command-admin = The kill switch
command-admin-pause = Refuse all new operations, except those that lead out of rescue
command-admin-resume = Take new operations again
option-action = What would be done
option-user = Somebody else; left away: you
help-plan = ``/plan`` shows the exact calls of an action, and changes nothing.
help-why = ``/why`` says which rule allows or denies something.
help-oncall = ``/oncall`` says who is on duty, and who is next.
help-admin = ``/admin pause`` refuses all new operations, ``/admin resume`` takes them again.
why-you-may = ✅ You may { $capability } { $server } here.
why-they-may = ✅ { $who } may { $capability } { $server } here.
why-they-may-not = { $who } may not { $capability } { $server } here.
why-allowed-by = Allowed by the rule { $place }, for { $who }
why-on-duty = On duty by the schedule read at { $at }.
why-waived = 🔓 On duty by the schedule read at { $at }, so nobody else has to approve. Off duty { $rule } would ask for { $count ->
    [one] { $count } approval
   *[other] { $count } approvals
}.
why-they-nobody = The configuration has no rule at all.
why-they-no-entry = No rule speaks of them or their roles.
why-they-lack = The rules that speak of them do not include it.
why-they-other-servers = Their right is for other servers.
why-they-unread = Their right depends on tags or names that could not be read.
why-they-other-channels = Their right holds in { $channels }.
why-they-other-hours = Their right holds in these hours: { $hours }.
why-they-off-duty = Their right holds on duty only.
why-unread = ⚠️ The tags and the display name of { $server } cannot be read just now: rules for tags or names give no right, and protections count.
why-unread-because = ⚠️ { $server } cannot be read just now ({ $said }): rules for tags or names give no right, and protections count.
why-no-protection = 🔓 Nobody else has to approve.
why-protected = 🔐 The rule { $rule } asks for the approval of { $count ->
    [one] { $count } other person
   *[other] { $count } other people
} within { $within }.
why-protected-unread = 🔐 The rule { $rule } may cover it, so it asks for the approval of { $count ->
    [one] { $count } other person
   *[other] { $count } other people
} within { $within }.
why-code = 🔐 The rule { $rule } wants the second factor of who approves, and of who breaks the glass
why-reason = 📝 The rule { $rule } wants a reason that matches { $pattern }
why-approvers = May approve: { $who }
why-nobody-approves = ⚠️ No rule lets anybody approve that here. Ask your operator.
plan-possible = ✅ You could { $action } { $server } now.
plan-needs-approval = 🔐 You could ask to { $action } { $server } now; it would need approval.
plan-refused = 🚫 You could not { $action } { $server } now.
plan-calls = OVHcloud would be asked exactly this:
plan-free-sessions = And only if the console stays dark and somebody confirms **Free stuck sessions**:
plan-boots-into = Would boot into { $into }
plan-nothing-changed = 📋 I only read; nothing was changed.
paused = { $who } paused all new operations at { $at }: { $reason }
paused-ways-out = What is under way goes on. ``/restore`` and links work as ever.
paused-resume = Can resume with ``/admin resume``: { $who }
pause-done = ⏸️ New operations are refused from now on, also after a restart. ``/admin resume`` ends that.
resume-done = ▶️ New operations are taken again.
resume-nothing = ▶️ Nothing was paused.
too-often-person = That was more than { $count } a minute. Try again { $again }. ``/restore`` and links always work.
too-often-server = { $server } has had { $count ->
    [one] its { $count } operation
   *[other] its { $count } operations
} of an hour. Try again { $again }. ``/restore`` and links always work.
refusal-their-roles = Discord did not tell me the roles of { $who } just now, or they are not here; so I cannot say.

# Guide
command-guide = What to do in a rescue, step by step
option-topic = What it is about
button-guide = Guide
button-next = Next
button-back = Back
help-guide = ``/guide`` says what to do in a rescue, step by step.
guide-title = 📖 **{ $topic }** · { $page }/{ $pages }
guide-placeholder = Another topic
guide-connect = Connect
guide-disks = Disks
guide-password = Password
guide-firewall = Firewall
guide-tools = Tools
guide-leave = Leave rescue
guide-rdp = **Windows rescue, by RDP**
    1. Open the `.rdp` file from my direct message, or connect your RDP app to the server's IP, port 3389.
    2. User `Administrator`. The password is behind the link in that message.
    3. The app warns of the certificate: the rescue has its own, so expect that.
    No answer yet? It can take four minutes after OVHcloud's task is done.
guide-ssh-windows = **Windows rescue, by SSH**
    Windows' own SSH server runs there. SSH keys do not work: it asks for the password.
guide-ssh-linux = **Linux rescue, by SSH**
    If an SSH key was set, it is enough; else SSH asks for the password, which is behind the link.
guide-host-key = The host key is not the server's own, so expect a warning from SSH. Remove the old key first:
guide-kvm = **The screen itself (KVM)**
    For when the network does not work. ``/console`` sends you a link, if the server has a KVM.
    • The login screen lets you choose another keyboard language.
    • Its accessibility options hold an on-screen keyboard.
    • The user is the same: `Administrator` (Windows) or `root` (Linux).
guide-what-it-is = **What the Windows rescue is**
    A virtual machine on top of OVHcloud's Linux rescue.
    • The server's disks are handed through: you work on the real ones.
    • Processor, memory, network card and RAID controller are not: what you see of them is the machine's own.
    • It has the server's IP and MAC address.
    • Restarting it does **not** leave rescue.
guide-disk-management = **Disks, with the mouse**
    1. Right click on Start, *Disk Management*.
    2. Disk 0 is the rescue's own: leave it alone.
    3. Each other disk: right click, *Online*.
    4. If it says *Dynamic* or *Foreign*: right click, *Import Foreign Disks*.
    5. *Resynching* of a mirror is normal; you can work meanwhile.
    The server's Windows is usually `E:`.
guide-diskpart = **Disks, by keyboard**
    The number is the disk's in the list; never 0, that is the rescue's own.
guide-diskpart-after = `import` is only for dynamic disks. Do it for each disk.
guide-look-at-disks = **Disks in the Linux rescue**
    What there is, with software RAID and LVM put together:
guide-mount = Mount the one you need, and let go of it before you leave. `md2` is an example:
guide-sam = **Windows password**
    1. Bring the disks online, see *Disks*; import them if they are a software RAID.
    2. Get a SAM editor, such as NTPWEdit, and open with it:
guide-sam-after = 3. Choose the user, set a new password, save.
    4. Leave rescue with ``/restore``, and log in with it.
guide-chntpw = **Windows password, from the Linux rescue**
    Mount the volume with Windows on it; `sda2` is an example. `chntpw` lists the users, then asks what to do with one:
guide-chntpw-after = Then `umount /mnt`, and ``/restore``.
guide-chroot = **Linux password**
    Mount the system's volume, see *Disks*; `md2` is an example. Then set a new password inside it:
guide-hive = **Firewall 1: open the registry**
    Not from OVHcloud's guides, but the usual way of Windows. Bring the disks online first, see *Disks*. In PowerShell:
guide-hive-after = The last line says a number. If it is not 1, write it for the 1 in `ControlSet001` on the next page.
guide-firewall-off = **Firewall 2: switch it off**
    All three profiles:
guide-unload = **Firewall 3: close the registry**
    Else Windows does not start cleanly:
guide-unload-after = Then ``/restore``. Once you are in: mend the rule, and **switch the firewall on again**. Until then the server stands open.
guide-disable-firewall = **Firewall of a Linux**
    Not from OVHcloud's guides. It is not started at the next boot; `md2` is an example:
guide-disable-firewall-after = Then ``/restore``, mend the rule, and **switch it on again**.
guide-windows-tools = **Tools for the Windows rescue**
    None is installed there; download them from their makers.
    • CrystalDiskInfo: how the disks are
    • 7-Zip: archives
    • FileZilla: files to and from elsewhere
    • NTPWEdit: Windows passwords
guide-linux-tools = **Tools in the Linux rescue**
    RAID, a disk's health, and what is full:
guide-leave-steps = **Leave rescue**
    1. Save, close files; in Linux, unmount.
    2. Press **Restore now**, or type ``/restore``. I put the netboot back to what it was, and reboot.
    3. Wait: two to four minutes after OVHcloud's task is done.
    ⚠️ Restarting or shutting down the rescue itself does not leave it: the netboot stays until somebody changes it.
guide-afterwards = **Afterwards**
    • Do the services run? ``/status`` shows what OVHcloud sees.
    • Is the firewall on again?
    • I wipe my direct message with the link. That does not revoke the link.
    • Your SSH client warns once more, because the server's own host key is back.

# Console
command-console = A link to the server's screen (KVM), by DM
option-minutes = How long the link works; 15 minutes unless you say
option-ip = Only this address may use it: your own public IPv4 address
help-console = ``/console`` sends you a link to a server's screen (KVM).
source-console = OVHcloud's KVM
state-testing-console = Having the console tested
console-test-waits = OVHcloud tests it first. I ask for the console { $until } at the latest, whatever comes of that.
console-test-fails = ⚠️ OVHcloud's own test of the console failed ({ $said }): it may stay dark.
state-asking-console = Asking for the console
state-opening-console = Opening the console
outcome-console = Console open
outcome-console-no-link = Console, no link
outcome-console-failed = Console failed
button-console = Console
button-free-sessions = Free stuck sessions
button-confirm-free-sessions = Confirm, end the sessions
sessions-title = 🔓 **Free the stuck console sessions**
sessions-lost = ⚠️ Every open console session of this server ends, other people's too. Nothing is rebooted.
state-freeing-sessions = Freeing the console sessions
state-sessions-unsettled = Console sessions: no answer, looking
outcome-sessions-freed = Console sessions freed
outcome-sessions-unknown = Console sessions: not known
outcome-sessions-failed = Console sessions not freed
sessions-freed = OVHcloud's task is done: the console sessions of this server have ended. **Console** opens a new one.
sessions-unknown = I got no answer, and cannot tell a task of OVHcloud's as mine: the sessions may have ended or not. I do not ask again by myself. Try **Console**; if it stays dark, press **Free stuck sessions** once more.
sessions-not-freed = No session was ended. { $said }
card-console = { $kind } · { $minutes } min
console-html5 = The screen in the browser
console-serial = The serial line in the browser
console-jnlp = The screen by a Java application
end-console-delivered = The link is in your DMs. It works until { $until }.
end-console-revealed = The link was shown to the one who asked, and to nobody else.
end-console-not-found = OVHcloud's task is done, but no link turned up in time. Ask again with ``/console``.
end-console-trouble = No link turned up in time. The last look did not work: { $said }
end-console-not-taken = The link was there, but nobody took it, and it works no more. Ask again with ``/console``.
end-console-withheld = The console is open, but { $who } may not have its link any more, so it was not sent.
console-title = 🖥️ The console of { $server } is open ({ $id }).
console-keep = Whoever has what is below sits at the machine: its screen, its keyboard, its power button. Keep it to yourself. It stops working by itself, and I wipe this message then.
console-until = It works until { $until }.
console-only-from = It opens from the address { $ip } only.
console-link = { $kind }: { $link }
console-link-file = { $kind }: the link is in the file { $file } below, because it is so long.
console-file = { $kind }: open { $file } below with Java Web Start.
console-keyboard = Does it type wrong letters? Look for a keyboard language, or an on-screen keyboard, in the console or at the login screen.
console-wiped = 🧹 The console of { $server } is closed, so what stood here is wiped.
reveal-over-console = This is done. ``/console`` opens another one.
problem-no-console = { $server } has no console (KVM) that I can open. OVHcloud's control panel says which it has.
typed-minutes = 1, 3, 5, 10 or 15.
typed-ip = the public IPv4 address of the device that you will use, such as 203.0.113.7. Search the web for “my IP” on that device; addresses of a home or office network, such as 192.168.1.2, do not count.
# Ask OVHcloud
button-ask-ovhcloud = Ask OVHcloud
button-confirm-ticket = Confirm, send the ticket
help-ticket = **Ask OVHcloud**, below what failed, opens a ticket with its support.
deed-ticket = ask OVHcloud's support about { $server }
state-ticket-sending = Sending the ticket
state-ticket-unsettled = Looking for the ticket
outcome-ticket = Ticket opened
outcome-ticket-unknown = Ticket: not known
ticket-title = 🎫 A ticket with **OVHcloud's support**
ticket-exactly = Exactly this is sent, once, in the name of your OVHcloud account:
ticket-subject-task-failed = { $server }: a task failed [Bernard { $reference }]
ticket-subject-task-stands = { $server }: a task does not end [Bernard { $reference }]
ticket-subject-not-back = { $server }: not back after a reboot [Bernard { $reference }]
ticket-subject-held = { $server }: held by OVHcloud [Bernard { $reference }]
ticket-task-failed = Your task { $task } ended as "{ $status }".
ticket-comment = Its comment: { $said }
ticket-task-stands = Your task { $task } does not end; it is "{ $status }".
ticket-not-back = Your task { $task } is done, and the server does not answer since.
ticket-held = The server's state is "{ $state }". What is to be done?
ticket-asked-at = Reboot asked for: { $at }
ticket-dark-at = Last seen going dark: { $at }
ticket-queries = Query ids: { $queries }
ticket-server = Server: { $server }, { $ip }, { $reverse }
ticket-place = Datacenter: { $datacenter }, rack: { $rack }, range: { $range }, support level: { $level }
ticket-state = State: { $state }, power: { $power }, system: { $os }
ticket-boot = Boot set: { $boot }
ticket-care = Monitoring: { $monitoring }, interventions allowed: { $interventions }
ticket-tasks = Running tasks: { $tasks }
ticket-planned = Planned interventions: { $planned }
ticket-yes = yes
ticket-no = no
ticket-none = none
ticket-about = About **{ $id }**: { $subject }
ticket-about-server = About the server: { $subject }
ticket-asked = 🎫 OVHcloud's support was asked: ticket **{ $number }** ({ $id }).
ticket-opened = Ticket **{ $number }**: { $subject }. OVHcloud answers by mail and in its control panel.
ticket-found = Its answer got lost; I found it by its subject.
ticket-unknown = I sent the ticket { $subject }, got no answer, and found none with this subject. It may be there or not, and I do not send it again. Look for it in OVHcloud's control panel, under *Support*; if it is not there, press **Ask OVHcloud** once more.
ticket-not-sent = No ticket was opened. { $said }
ways-support = Only OVHcloud can do something about it:
ticket-there = OVHcloud's support has a ticket about { $server } already: **{ $number }** ({ $id }). Write what is new into that one.

# History
command-history = Who did what, the latest first, and all of it in a file
option-history-server = Only this server: service name, display name, IP or reverse
option-history-user = Only what this person did or asked for
help-history = ``/history`` shows who did what.
history-title = { $count ->
    [one] 📜 **History** · { $count } line
   *[other] 📜 **History** · { $count } lines
}
history-none = Nothing that you may see is recorded for this.
history-opened = { $who } asked for { $action } on { $server } ({ $id })
history-ended = { $server } ({ $id }): { $outcome }
history-cancelled = { $who } cancelled { $id } on { $server }
history-again = { $who } had { $server } rebooted once more ({ $id })
history-dismissed = { $who } dismissed a card: { $action } on { $server }
history-refused = { $who } was refused { $action }
history-refused-on = { $who } was refused { $action } on { $server }
history-policy = the rules were read again
history-started = Bernard was started
history-paused = { $who } paused new operations
history-resumed = { $who } lets operations begin again
history-again-asked = { $who } asked for one more reboot of { $server } ({ $id })
history-left-alone = { $who } left { $server } as it is ({ $id })
history-approved = { $who } approved { $id } on { $server }
history-denied = { $who } denied { $id } on { $server }
history-denial-explained = { $who } said why { $id } on { $server } was denied
history-withdrawn = { $who } took { $id } on { $server } back
history-revealed = { $who } had the link to { $server } shown ({ $id })
history-right-explained = { $who } asked about somebody else's rights on { $server }
history-code-taken = { $who } gave the code of their second factor for { $action } on { $server }
history-code-refused = { $who } gave a wrong code for { $action } on { $server }
history-factor-enrolled = A second factor was enrolled at the machine
history-factor-removed = A second factor was removed at the machine
history-help-asked = { $who } asked for help with { $action }
history-dm-wiped = the message with the link of { $who } was wiped
history-dm-not-wiped = the message with the link of { $who } could not be wiped yet: Discord refuses it
history-dm-wipe-given-up = the message with the link of { $who } could not be wiped, and stands
history-lease-extended = { $who } extended the rescue of { $server }
history-server-left = { $server } left the account, and its rescue ended
history-rescue-left = { $server } left its rescue without Bernard
history-rescue-changed = the rescue of { $server } was changed by others
history-lease-handed-over = { $who } handed the rescue of { $server } over to somebody else
history-lease-handed-to = { $who } handed the rescue of { $server } over to { $to }
history-anchored = the audit's last line was posted in its channel
history-refusals-lost = so many refusals came at once that some are not recorded one by one
history-copy-found = a copy of the store was put back
history-store-moved = the store was moved to another database
history-superseded = Taken over by another operation
history-other = another version of Bernard recorded { $what }
history-file = { $count ->
    [one] The line is in the file, with its hash.
   *[other] All { $count } lines are in the file, with their hashes.
}
history-file-cut = The file holds the latest { $count } lines; { $more } older ones did not fit. `bernard audit export` gives all of them.
history-no-file = I may not attach files in this channel, so the whole list is not here.

# Who is on duty
oncall-until = 📟 On duty: { $who }, until { $until }
oncall-now = 📟 On duty: { $who }
oncall-nobody = 📟 Nobody is on duty now.
oncall-nobody-counts = 📟 { $why }
oncall-next = Next: { $who }, from { $from }
oncall-read = Schedule read { $when }
oncall-unknown = ⚠️ The schedule names somebody whom the configuration does not know: { $names }
oncall-trouble = ⚠️ The last try to read it failed: { $said }
doctor-duty-unknown = 📟 **The schedule of who is on duty does not count, so nobody is**
doctor-duty-trouble = 📟 **The schedule of who is on duty cannot be read just now**
doctor-duty-names = 📟 **The schedule names people without a `[[person]]`**
report-title = 📄 { $id } · { $server } · { $state }. Its whole story is in the files.
report-no-file = I may not attach files here: type it in a channel where I may.
report-unknown = There is no operation { $typed } that you may see here. Its number stands on its card, such as `R-142`.
report-server = Server:
report-asked-by = Asked for by:
report-asked-at = Asked for at:
report-reason = Reason:
report-allowed-by = Allowed by:
report-protected = Protected by:
report-approval = { $rule }, approvals needed: { $count }
report-glass = { $rule }, approvals needed: { $count }; done without them (break-glass)
report-waived = { $rule }, approvals needed: { $count }; done without them, on duty by { $reading }
report-steps = What happened
report-audit = Lines of the audit
report-task = task { $id }
report-query = query { $id }
report-opened = Asked for
command-report = An operation's whole story, as files for a postmortem
option-operation = Its number, such as R-142
help-report = ``/report`` gives an operation's whole story, as files.
report-prepared = The server was read and the plan made
report-adopted = Found in a rescue that somebody else started
report-handed-over = The rescue has another owner
report-impossible = It cannot be done
report-boot-set = The netboot was set and read back
report-setting-refused = The netboot was not taken
report-setting-in-doubt = A change of the netboot may still show up late
report-written-back = What was there was written again
report-cancel-asked = Cancelled before the reboot was sent
report-reboot-intended = The reboot was about to be sent
report-reboot-accepted = OVHcloud took the reboot
report-reboot-not-done = The reboot certainly did not happen
report-reboot-unknown = No answer to the reboot
report-task-adopted = Exactly one new task was found: it is ours
report-not-settled = What became of it could not be settled
report-request-logged = OVHcloud's log has the request
report-question-unanswered = Nobody answered the question in time
report-others-at-work = Others were at work: it was not sent
report-again = One more reboot was decided
report-again-asked = One more reboot was asked for
report-approved = Approved
report-denied = Denied
report-denial-explained = The reason of the denial
report-withdrawn = Taken back
report-approval-expired = Too few people approved in time
report-left-alone = Left as it is
report-put-back = What was set was put back
report-not-put-back = What was set was not put back
report-task-seen = OVHcloud's task
report-task-vanished = OVHcloud lists the task no more
report-task-stands = The task has not ended in all its time
report-standing-unanswered = Nobody reacted to that in time
report-hindered = It was hindered
report-unhindered = It went on again
report-longer = It took longer than usual
report-rescue-found = The server is in rescue
report-console-found = The server has a console
report-console-test-asked = A test of the console was asked for
report-console-tested = The test of the console is over
report-console-asked = A session was asked for
report-console-opened = The session is open
report-ticket-prepared = Whoever asks for the ticket may
report-ticket-intended = The ticket was about to be sent
report-ticket-opened = OVHcloud opened the ticket
report-ticket-not-done = The ticket was certainly not opened
report-ticket-unknown = No answer to the ticket
report-ticket-found = The ticket was found
report-ticket-not-found = The ticket was not found
report-sessions-prepared = Whoever asks for the end of all sessions may
report-sessions-intended = The end of all sessions was about to be asked for
report-sessions-accepted = OVHcloud took the end of all sessions
report-sessions-not-done = The sessions were certainly not ended
report-sessions-unknown = No answer to the end of all sessions
report-port-closed = The port stopped answering
report-port-open = The port answers
report-power = Power
report-delivery = The link was found, and its DM sent
report-delivered = The DM arrived
report-dm-closed = The DM was not taken
report-revealed = The link was shown to whoever asked
report-link-not-found = No link was found
report-link-given-up = Nobody took the link
report-link-withheld = The link was withheld: the right to it is gone
report-watched = The machine was watched for long enough, or came back
report-expired = Accepted too long ago to be begun
report-faulted = A step of Bernard's failed and is tried again
report-copy = The store turned out to be a copy: in doubt
report-superseded = Another operation took the server over
report-lease-extended = The rescue got more time
report-rescue-changed = Others changed something about the rescue
report-rescue-left = The server was seen to have left the rescue without me
report-server-left = The server left the account
report-rescue-over = The rescue was over, ended { $how }

# Alerts of machines
button-alert-reboot = Reboot…
button-alert-rescue = Rescue…
button-alert-console = Console…
button-alert-status = Status
button-not-now = Not now
alert-firing = 🔔 **Alert** · { $server } · { $summary }
alert-over = ✅ **Over** · { $server } · { $summary }
alert-quiet = 🔕 **Not now** · { $server } · { $summary }
alert-replaced = ⏭️ **Alert, on a newer card** · { $server } · { $summary }
alert-from = From { $source }, since { $when }
alert-counts = { $alerts } alerts, { $firing } of them go on; heard { $heard } times
alert-heard = Heard { $heard } times
alert-quieted-by = { $who } said **Not now**: quiet until { $until }
alert-over-since = Over since { $when }
alert-newer-card = Nothing was heard for a day; there is a newer card.
alert-is-quiet = 🔕 Quiet until { $until }. What still fires then makes a new card.
refusal-alert-over = These alerts are over, or quiet: nothing is begun from an old card. If you want it all the same, type { $command }.
history-alerts-quieted = { $who } said **Not now** to the alerts of { $server }
doctor-alerts-unknown = 🟠 **Alerts of servers I do not know** (look at `server_from`)
doctor-alerts-clock = 🟠 **The clock of who sends alerts is not mine** (look at NTP on both sides)
doctor-alerts-times = { $name } ×{ $count }, last { $when }
doctor-alerts-nameless = no name
