# Every sentence in French. Keys and values must be the same as in en.ftl; a test compares them with the program.

# Words
duration-days = { $count ->
    [one] { $count } jour
   *[other] { $count } jours
}
duration-hours = { $count } h
duration-minutes = { $count } min
duration-seconds = { $count } s
boot-script = son propre script de démarrage ({ $length } caractères)
boot-unread = le netboot { $id }, qu'OVHcloud ne montre pas
boot-disk-unread = le disque dur (netboot { $id }, dont OVHcloud ne montre pas le détail)
instead-rescue = ↪️ Vers le disque, pas vers { $what } : c'est un rescue.
instead-off = ↪️ Vers le disque, pas vers { $what } : il resterait éteint.
instead-unreachable = ↪️ Vers le disque, pas vers { $what } : personne ne peut y joindre un serveur.
instead-gone = ↪️ Vers le disque, pas vers { $what } : OVHcloud ne le liste plus.
instead-unread = ↪️ Vers le disque, pas vers { $what } : OVHcloud ne le montre pas en ce moment ({ $said }).
instead-chosen = ↪️ Vers le disque, comme vous l'avez choisi. Avant, c'était { $what }, qui n'est pas rétabli.
boot-none = rien n'est défini
source-authentication-secret = le secret d'authentification OVHcloud
source-mail = le mail d'OVHcloud

# Approval by others
button-approve = Approuver
button-deny = Refuser
button-add-reason = Ajouter un motif
state-awaiting-approval = Approbation requise
outcome-denied = Refusé
outcome-not-approved = Pas approuvé à temps
approval-approved = Approuvé
approval-withdrawn = Retiré
approval-overtaken = Plus nécessaire
approval-call = { $who } : { $count ->
    [one] une personne parmi vous, autre que { $asker }, doit approuver
   *[other] { $count } personnes parmi vous, autres que { $asker }, doivent approuver
} avant { $until }.
approval-enable = { $asker } veut le passer en mode rescue pour { $length } : il redémarre, et ses services s'arrêtent.
approval-restore = { $asker } veut le sortir du mode rescue : tout est remis en place, et il redémarre.
approval-put-back = { $asker } veut remettre son netboot en place, sans redémarrage.
approval-reboot = { $asker } veut forcer son redémarrage.
approval-adopt = { $asker } veut prendre en charge son rescue, démarré par quelqu'un d'autre, pour { $length }.
approval-hand-over = { $asker } veut que son rescue passe de { $from } à { $to }.
approval-link = { $asker } veut le lien vers le mot de passe de son rescue.
approval-console = { $asker } veut voir son écran (KVM) pendant { $minutes } minutes.
approval-free-sessions = { $asker } veut libérer ses sessions de console bloquées : toutes celles qui sont ouvertes prennent fin, y compris celles des autres.
approval-again = { $asker } veut un redémarrage de plus : le dernier est resté sans réponse.
approval-because = Motif : { $reason }
approval-no-reason = Aucun motif n'a été donné.
approval-calls = Voici exactement ce qui est demandé à OVHcloud :
calls-of-card = Ce que **Confirmer** demanderait exactement à OVHcloud :
approval-rule = Règle qui exige l'approbation : { $rule }
approval-denied-by = { $who } a refusé.
approval-denied-because = { $who } a refusé : { $reason }
approval-withdrawn-by = { $who } a retiré la demande.
approval-expired = { $count ->
    [one] Il fallait une approbation ; personne ne l'a donnée à temps.
   *[other] Il fallait { $count } approbations ; { $given } sont arrivées à temps.
}
card-approved-by = Approuvé par { $who }
approval-so-far = Approbations jusqu'ici, { $given } sur { $needed } : { $who }
card-glass = Accès d'urgence (break-glass) : fait sans l'approbation qu'exige { $rule }.
card-waived = D'astreinte : fait sans l'approbation demandée par { $rule }.
end-nothing-done = Rien n'a été fait.
end-approval-old = Approuvé il y a trop longtemps pour être commencé maintenant : rien n'a été redémarré. Redemandez si vous le voulez toujours.
glass-title = Accès d'urgence (break-glass)
glass-call = { $who } : ceci se fait sans qu'une autre personne approuve.
glass-nobody = Ceci se fait sans qu'une autre personne approuve. Aucun rôle d'astreinte n'est configuré : personne n'est donc appelé.
glass-without = { $count ->
    [one] La règle { $rule } exige l'approbation d'une autre personne.
   *[other] La règle { $rule } exige l'approbation de { $count } autres personnes.
}
confirm-approval = 🔏 La règle { $rule } protège ceci. Après **Confirmer**, { $count ->
    [one] une autre personne doit l'approuver
   *[other] { $count } autres personnes doivent l'approuver
} dans un délai de { $length } ; je le demande dans le salon. Peuvent le faire : { $who }
confirm-approval-unread = ⚠️ Les tags du serveur n'ont pas pu être lus : la règle le couvre donc peut-être.
confirm-glass = 🚨 Accès d'urgence (break-glass) : c'est fait aussitôt, sans l'approbation qu'exige { $rule }. { $who } en est averti dans le salon, avec votre motif.
confirm-glass-nobody = 🚨 Accès d'urgence (break-glass) : c'est fait aussitôt, sans l'approbation qu'exige { $rule }. Le salon en est averti, avec votre motif.
confirm-waived = Vous êtes d'astreinte : personne n'a besoin d'approuver ce que protège { $rule }.
confirm-glass-idle = `break_glass` ne change rien ici : aucune règle ne protège ceci.
emergency-restore = 🚨 Aucun bouton ne passe outre une approbation. En cas d'urgence, vous le pouvez : { $command } avec un motif, dans le salon. Tout est remis en place et le serveur redémarre aussitôt.
emergency-reboot = 🚨 Aucun bouton ne passe outre une approbation. En cas d'urgence, vous le pouvez : **Ne rien faire** (après **Annuler**, si la demande est déjà faite), puis { $command } avec un motif, dans le salon.
accepted-waiting = 🔏 Accepté : **{ $id }** pour { $server }. D'après la règle { $rule }, { $count ->
    [one] une autre personne doit l'approuver
   *[other] { $count } autres personnes doivent l'approuver
} avant que quoi que ce soit ne soit fait : je le demande à { $who } dans le salon. Si je n'y arrive pas, vous aurez de mes nouvelles.
approve-done = ✅ **{ $id }** est approuvé et continue.
approve-more = ✅ Votre approbation de **{ $id }** compte. { $count ->
    [one] Il en faut encore une.
   *[other] Il en faut encore { $count }.
}
deny-done = 🚫 **{ $id }** est refusé. Voulez-vous dire pourquoi ?
deny-explained = Votre motif est affiché : { $reason }
withdraw-done = ✋ Demande retirée.
form-reason-title = Pourquoi ce refus ?
form-reason-field = Motif
form-reason-hint = Tout le salon le voit.
refusal-nobody-may-approve = La règle { $rule } protège ceci, et aucune règle ne permet à quelqu'un d'autre que vous de l'approuver dans ce salon. Demandez à l'administrateur du bot.
refusal-own-request = C'est votre propre demande : quelqu'un d'autre doit décider. **Annuler** la retire.
refusal-deny-instead = Ce n'est pas votre demande, vous ne pouvez donc pas la retirer. **Refuser** y met fin.
refusal-counts-not = Vous l'avez déjà approuvé : il faut aussi quelqu'un d'autre.
form-code-title = Votre second facteur
form-code-field = Six chiffres de votre application
form-code-hint = 123 456
code-wanted = 🔐 La règle { $rule } exige votre second facteur.
code-not-six = Un code a six chiffres. Appuyez à nouveau et tapez celui que montre votre application.
code-wrong = Le code est faux ; rien n'a été fait. Codes faux que j'examine encore : { $left }
code-used = Ce code a déjà servi, et chacun ne compte qu'une fois. Attendez le suivant.
code-locked = Trop de codes étaient faux ; l'astreinte est prévenue. Je n'en examine aucun avant { $until }
code-not-enrolled = Vous n'avez pas de second facteur. L'administrateur du bot vous en donne un sur la machine : { $command }
code-other-key = Votre second facteur est illisible avec la clé configurée. Demandez à l'administrateur du bot.
notice-codes-locked = 🔐 { $who } a donné trop de codes faux de son second facteur : je n'en examine aucun pendant un quart d'heure. Si ce n'était pas cette personne, quelqu'un d'autre a son compte Discord. { $oncall }
refusal-reason = La règle { $rule } exige un motif conforme à { $pattern }. Tapez la commande avec un tel motif : { $command }
problem-reason-unfit = La règle { $rule } exige désormais un motif conforme à { $pattern }. Refaites la demande avec un tel motif.
typed-glass-reason = au moins dix caractères qui disent pourquoi, car `break_glass` se passe d'une approbation.
typed-denial-reason = de un à 400 caractères.
problem-not-enough-approvals = { $needed ->
    [one] D'après les règles actuelles, il faut l'approbation d'une autre personne, et il n'y en a aucune qui compte.
   *[other] D'après les règles actuelles, il faut l'approbation de { $needed } autres personnes ; approbations qui comptent : { $given }.
} Rien n'a été fait ; redemandez.
help-approve = **Approuver** et **Refuser** sous une demande décident de ce que d'autres demandent.
help-break-glass = `break_glass:true` se passe d'une approbation requise en cas d'urgence ; le rôle d'astreinte en est averti.

# Buttons
button-confirm = Confirmer
button-show-calls = Voir les appels
button-confirm-put-back = Confirmer, sans redémarrer
button-confirm-reboot = Confirmer le redémarrage
button-cancel = Annuler
button-reboot-again = Redémarrer à nouveau
button-leave-it = Ne rien faire
button-restore-now = Restaurer maintenant
button-to-disk = Démarrer sur disque
button-put-netboot-back = Rétablir le netboot
button-reveal = Révéler le lien
button-look-again = Chercher encore
button-try-mail = Chercher dans les mails
button-delete = Supprimer ce message
button-extend = Prolonger
button-extend-hour = 1 h
button-extend-hours = 4 h
button-extend-morning = Jusqu'à 8 h
button-extend-until = Jusqu'à { $day } { $time } (+{ $more })
weekday = { $number ->
    [1] lun.
    [2] mar.
    [3] mer.
    [4] jeu.
    [5] ven.
    [6] sam.
   *[7] dim.
}
button-try-again = Réessayer
button-use-linux = Utiliser le rescue Linux
button-ask = Demander à @{ $name }
button-ask-them = Leur demander
ways-near = 💡 Vouliez-vous dire l'un de ceux-ci ?
ways-again = 🔁 La même chose encore une fois :
ways-under-way = 👀 { $id } est en cours, ici :
button-open-card = Ouvrir { $id }
ways-linux = 💡 Le rescue Linux fonctionne sur ce serveur.
ways-ask = 🙋 { $who } en a le droit. Dois-je demander dans ce salon ?
help-asked = 🙋 J'ai demandé à { $who } dans ce salon.
help-asked-before = 🙋 Vous avez déjà demandé à { $who } ces dix dernières minutes : votre question est dans le salon.
named-here-none = Je n'ai trouvé dans ce message aucun serveur que vous puissiez voir. Seul compte un nom, une IP ou un reverse en entier.
named-here-several = 💡 Ce message nomme plusieurs serveurs. Lequel ?
named-here-many = 💡 Ce message nomme { $count } serveurs. L'un de ceux-ci ?
command-named-here = Secourir le serveur nommé ici…
choice-busy = occupé
choice-in-rescue = en rescue
choice-protected = protégé
button-adopt = Adopter
button-restore = Restaurer
button-open-link = Voir le mot de passe
button-open-dm = Ouvrir le message privé
button-open-console = Ouvrir la console

# Commands
command-rescue = Passer un serveur en mode rescue, et voir ce qui s'y trouve
command-rescue-enable = Netboot en mode rescue, redémarrage, et le lien vers le mot de passe par message privé
command-rescue-link = Rechercher le lien du mot de passe d'un rescue en cours ; il arrive par message privé
command-rescue-extend = Donner plus de temps à un rescue
command-rescue-hand-over = Confier un rescue à quelqu'un d'autre
command-rescue-list = Ce qui est en mode rescue, à qui, depuis quand, jusqu'à quand
command-restore = Quitter le mode rescue : tout remettre en place et redémarrer sur le disque
command-reboot = Redémarrage forcé (hard reboot) ; dit d'abord sur quoi le serveur démarrera
command-status = Un serveur tel qu'il est maintenant, ou le parc d'un coup d'œil
command-help = Ce que vous pouvez faire ici
option-server = Nom de service, nom affiché, IP ou reverse
option-system = windows, linux ou le nom exact d'un netboot ; par défaut, selon le système installé
option-email = Où OVHcloud envoie les identifiants, au lieu du contact du compte
option-ssh-key = Clé publique pour le rescue Linux ; il n'y a alors pas de mot de passe
option-for = Combien de temps, par exemple 90m, 4h ou 2d
option-by = Combien de temps en plus, par exemple 90m, 4h ou 2d ; par défaut, la durée habituelle d'un rescue
option-owner = Le nouveau responsable, qui doit avoir le droit rescue sur ce serveur
option-reason = Pourquoi ; tout le salon le voit
option-break-glass = Se passer d'une approbation requise, en cas d'urgence

# States
state-opened = Lecture du serveur
state-prepared = Réglage du netboot
state-ready = Sur le point de redémarrer
state-intended = Redémarrage demandé
state-unsettled = Redémarrage : pas de réponse, je cherche
state-undecided = À vous de décider
state-unanswered = Une décision est toujours attendue
state-putting-back = Remise en place du netboot
state-rebooting = Redémarrage en cours
state-standing = OVHcloud prend du temps
state-standing-still = OVHcloud prend toujours du temps
state-searching = Recherche du lien
state-delivering = Envoi du lien
state-awaiting-reveal = Le lien vous attend
state-watching = Surveillance du retour
outcome-in-rescue = En mode rescue
outcome-in-rescue-no-link = En mode rescue, sans lien
outcome-link = Lien envoyé
outcome-key = S'ouvre avec une clé
outcome-adopted = Adopté
outcome-handed-over = Transmis
outcome-restored = Restauré
outcome-rebooted = Redémarré
outcome-netboot-back = Netboot remis en place
outcome-end-unseen = Fin non observée
outcome-impossible = Impossible
outcome-expired = Expiré
outcome-cancelled = Annulé
outcome-refused = Refusé par OVHcloud
outcome-unsent = Non envoyé
outcome-task-failed = Échec du redémarrage
outcome-left-alone = Laissé ainsi
outcome-in-doubt = Dans le doute
outcome-superseded = Repris par { $by }

# The card
card-title = { $emoji } **{ $state }** · { $server } · { $id }
card-asked = Demandé par { $who }
card-asked-because = Demandé par { $who } : { $reason }
card-boots-into = Démarre sur : { $into }
card-boots-into-from = Démarre sur : { $into } (avant : { $before })
card-lease = Durée prévue : { $length }
card-progress = { $bar } étape { $step } sur { $steps } · { $usual } · commencé { $began }
usual-known = en général { $length }
usual-minutes = en général quelques minutes
card-longer = 🐢 Plus long que d'habitude ({ $length }). Je continue.
card-searching = Je demande le lien à OVHcloud depuis { $since }
card-searching-in = Recherche dans { $place } depuis { $since }
card-task = Tâche OVHcloud { $task } : { $status }
card-task-adopted = La réponse d'OVHcloud s'est perdue, mais sa tâche { $task } a été retrouvée : { $status }
card-task-vanished = OVHcloud ne liste plus la tâche ; on ne sait pas comment elle s'est terminée
card-power = Alimentation, selon OVHcloud : { $power }
card-port-closed = Il a quitté le réseau à { $at }
card-port-old = Il répond, mais c'est peut-être encore l'ancien système
card-port-back = Il a quitté le réseau après le redémarrage, puis a de nouveau répondu à { $at }
card-unknown-because = Reçu à la place d'une réponse : { $said }
card-not-done-because = Le dernier redémarrage n'a pas été fait : { $said }
# Ce qui est attendu
hindered-key = ⛔ En attente : OVHcloud refuse notre clé. Seule la personne qui m'administre peut y remédier ; je reprends ensuite tout seul. { $said }
hindered-right = ⛔ En attente : OVHcloud n'autorise pas cet appel à notre clé. Seule la personne qui m'administre peut y remédier ; je reprends ensuite tout seul. { $said }
hindered-clock = ⛔ En attente : OVHcloud refuse notre signature, à cause d'un mauvais secret ou d'une horloge déréglée. Seule la personne qui m'administre peut y remédier ; je reprends ensuite tout seul. { $said }
hindered-service = ⛔ En attente : le service du serveur a expiré chez OVHcloud. Dès qu'il est renouvelé, je reprends tout seul. { $said }
hindered-account = ⛔ En attente : { $said }. Dès qu'il est de retour, je reprends tout seul.
hindered-refused = ⚠️ En attente : OVHcloud donne une réponse dont je ne peux rien faire. Je continue de demander. { $said }
hindered-weather = 🌧️ En attente : OVHcloud est mal joignable pour le moment. Je continue de demander. { $said }
standing-task = La tâche OVHcloud { $task } affiche toujours { $status }, bien après l'heure.
standing-next = Je continue de suivre la tâche et je dirai ici comment elle se termine.
standing-next-rescue = Je continue de suivre la tâche et, en attendant, je cherche le lien vers le mot de passe.
standing-next-console = Je continue de suivre la tâche ; ``/console`` peut être redemandé dès maintenant.
standing-way-out = **Restaurer maintenant** ne l'attend pas : tout est remis en place et le serveur redémarre.
standing-leave-it = **Ne rien faire** n'attend plus et libère le serveur ; OVHcloud peut encore le redémarrer.
standing-over = La tâche s'est terminée depuis : { $status }
standing-past = C'est passé.
standing-superseded = { $by } a pris le relais.
card-put-back = Le netboot est remis comme il était.
card-not-put-back = ⚠️ Le netboot n'a **pas** pu être remis comme il était : { $said }
card-others-at-work = ⚠️ Le netboot reste tel que je l'ai réglé, car écrire maintenant pourrait détruire ce travail. Quand ce sera fini, ``/restore`` remet tout en place.
card-set-by-others = ⚠️ Quelqu'un d'autre a défini un autre netboot entre-temps : je l'ai laissé tel quel. Une restauration montre la différence et demande confirmation.
doubt-unanswered = ⚠️ Une modification du netboot est restée sans réponse claire : { $said }
doubt-stopped = ⚠️ J'ai été arrêté alors que je modifiais peut-être le netboot.
doubt-looking = Cette modification peut encore arriver en retard. Je surveille un moment, et je remets en place ce qui arriverait.
doubt-over = J'ai surveillé un moment, et tout est resté comme avant. Si cette modification arrivait encore plus tard, ``/rescue list`` montrerait le serveur.
card-moved = ➡️ **La suite plus bas** · { $server } · { $id }
    { $link }
card-faults = { $count ->
    [one] ⚠️ Une de mes étapes a échoué en interne ; je réessaie.
   *[other] ⚠️ Mes étapes ont échoué { $count } fois en interne ; je continue d'essayer.
}

# Questions
question-none = J'ai demandé le redémarrage à OVHcloud sans obtenir de réponse, et aucune nouvelle tâche de redémarrage n'est apparue. La demande s'est peut-être perdue, ou elle peut encore aboutir.
question-unread = J'ai demandé le redémarrage à OVHcloud sans obtenir de réponse, et je n'arrive pas à lire si une nouvelle tâche de redémarrage est apparue : { $said }. La demande s'est peut-être perdue, ou elle peut encore aboutir.
question-several = J'ai demandé le redémarrage à OVHcloud sans obtenir de réponse, et { $count } nouvelles tâches de redémarrage sont apparues : je ne sais pas laquelle est la mienne.
question-again-refused = OVHcloud a refusé le dernier redémarrage. On ne sait toujours pas ce qu'est devenu le précédent : aucune nouvelle tâche de redémarrage n'est apparue.
question-again-unsent = Le dernier redémarrage n'est certainement pas parvenu à OVHcloud. On ne sait toujours pas ce qu'est devenu le précédent : aucune nouvelle tâche de redémarrage n'est apparue.
question-others = Le prochain redémarrage n'a pas été envoyé, car d'autres travaillent sur le serveur. **Redémarrer à nouveau** l'envoie malgré cela :
question-unanswered = { $who } n'a pas répondu : personne ne sait si le redémarrage a eu lieu, et quiconque a le droit `reboot` peut décider.
question-choices = **Ne rien faire** termine l'opération, rien de plus n'est envoyé. **Redémarrer à nouveau** envoie un redémarrage de plus, sur votre décision.
question-logged = 🔎 Le journal d'OVHcloud contient ma demande à { $at } : elle est arrivée. Ce qu'elle a donné, il ne le dit pas.
question-answered = La question est réglée.
reveal-waiting = { $who }, vos messages privés me sont fermés. Appuyez sur **Révéler le lien** : personne d'autre ne le verra.
reveal-waiting-refused = { $who }, mon message privé ne vous parvient pas : { $why }. Appuyez sur **Révéler le lien** : personne d'autre ne le verra.
discord-no-answer = Discord ne l'a pas accepté dans tout le temps imparti
discord-explicit = le filtre de contenu explicite de Discord l'a bloqué (code { $code })
discord-flagged = Discord soupçonne ce bot de spam ; demandez à votre opérateur (code { $code })
discord-too-fast = Discord trouve que ce bot ouvre trop vite des messages privés (code { $code })
discord-may-not = Discord ne me laisse pas y écrire (code { $code })
discord-filter = un filtre de Discord l'a bloqué (code { $code })
discord-other = Discord le refuse (code { $code })
reveal-over = C'est terminé. ``/rescue link`` retrouve le lien.

# The end
end-link-delivered = Le lien vers le mot de passe est dans vos messages privés (trouvé dans { $source }). Utilisateur : { $user }
end-link-revealed = Le lien vers le mot de passe a été montré à la personne qui l'a demandé, et à personne d'autre (trouvé dans { $source }). Utilisateur : { $user }
end-link-not-needed = La clé SSH en place permet d'entrer ; il n'y a pas de mot de passe. Utilisateur : { $user }
end-opens-by-key = Ce mode rescue s'ouvre avec la clé { $key } ; il n'y a pas de mot de passe.
end-log-in = Connexion : { $command }
end-link-old = ⚠️ Personne ne peut dire depuis quand il est en rescue : OVHcloud ne liste plus de redémarrage. Le mot de passe peut être celui d'un rescue plus ancien ; s'il ne marche pas, redémarrez en rescue.
end-link-not-found = Le netboot est en rescue, mais aucun lien vers un mot de passe n'est apparu à temps. J'ai cherché ici : { $searched }
end-link-trouble = La dernière recherche a échoué : { $said }
end-link-beside = Un autre endroit où chercher a refusé : { $said }
end-task-stands = La tâche OVHcloud { $task } affiche toujours { $status } ; le lien montre que le rescue tourne.
end-link-not-taken = Le lien était là, mais personne ne l'a pris. ``/rescue link`` le retrouve.
end-link-withheld = Le lien est là, mais { $who } n'y a plus droit : il n'a pas été envoyé. ``/rescue link`` le retrouve pour quelqu'un qui a `rescue`.
end-until = Il est à vous jusqu'à { $until } ; je vous préviendrai avant. Quand vous avez fini : **Restaurer maintenant** ou ``/restore``.
end-until-of = { $who } en est responsable jusqu'à { $until }.
end-until-over = Le temps est écoulé : { $until }. **Restaurer maintenant** remet tout en place ; **Prolonger** donne plus de temps.
end-until-over-of = { $who } en est responsable ; le temps est écoulé : { $until }.
end-adopted = Ce rescue a été lancé sans moi ; il a maintenant un responsable. La restauration mène au disque du serveur.
end-handed-over = C'est maintenant { $who } qui est responsable de ce rescue.
end-back = La tâche OVHcloud est terminée, et j'ai vu la machine disparaître puis revenir.
end-task-done = La tâche OVHcloud est terminée. La machine, elle, n'est pas encore revenue, autant que je sache : d'habitude, elle s'éteint après une minute et revient 2 à 4 min plus tard.
end-rescue-again = 🛟 Il a redémarré en mode rescue : le mot de passe a peut-être changé. { $command } le cherche.
end-unseen = OVHcloud a accepté le redémarrage, mais ne liste plus la tâche ; on ne sait pas comment elle s'est terminée. Je n'ai pas vu la machine revenir : ``/status`` montre ce qui se voit maintenant.
end-wiped = Tout message privé qui contient le lien est en cours d'effacement. Cela ne révoque pas le lien.
end-expired = Accepté il y a trop longtemps pour être commencé maintenant : rien n'a été redémarré. Redemandez si vous le voulez toujours.
end-cancelled = { $who } a annulé. Rien n'a été redémarré.
end-not-done = Rien n'a été redémarré. { $said }
end-task-failed = La tâche OVHcloud s'est terminée avec l'état { $status }.
end-netboot-stays = Le netboot n'est **pas** remis en place : le prochain redémarrage, d'où qu'il vienne, démarre sur ce qui a été réglé ici.
end-put-netboot-back = **Rétablir le netboot** annule ce réglage sans redémarrer. Si le serveur a redémarré malgré tout, il reste en rescue jusqu'à son prochain redémarrage.
end-netboot-back-but = Le netboot est remis en place, et relu. Rien n'a été redémarré : la machine continue avec ce qu'elle exécute. Si c'est le rescue, ``/reboot`` y met fin.
end-lacking = ⚠️ OVHcloud n'a pas tout repris. Pas comme avant : { $fields }
end-other-way = Le disque est aussi une sortie : { $command }, puis **Démarrer sur disque**.
end-netboot-back = Tout ce que j'avais changé est remis en place, relecture faite. Rien n'a été redémarré : la machine continue avec ce qu'elle exécute. Si c'est le rescue, ``/reboot`` en sort.
end-lease-stays = Pour moi, ce rescue n'est donc pas terminé. **Rétablir le netboot** y met fin sans nouveau redémarrage, une fois que vous avez vu le serveur sorti du rescue ; **Restaurer maintenant** redémarre encore.
end-let-go = { $who } n'attend plus la tâche OVHcloud { $task }, qui disait encore { $status } : le serveur peut encore redémarrer. Il est libre.
end-left-alone = { $who } a laissé les choses ainsi. On ne sait pas si le redémarrage a eu lieu.
end-in-doubt = Une copie de ma base a été remise en place. Ceci était en cours quand la copie a été faite, et a pu aboutir depuis : je n'y touche plus. Regardez le serveur, puis redemandez ce qui manque.

# The DM
dm-title-windows = 🛟 { $server } est en **rescue Windows** ({ $id }).
dm-title-linux = 🛟 { $server } est en **rescue Linux** ({ $id }).
dm-keep = Qui a le lien a le mot de passe : gardez-le pour vous, puis supprimez ce message.
dm-key = La clé SSH en place sur le serveur permet d'entrer : OVHcloud ne crée pas de mot de passe, il n'y a donc pas de lien ici.
dm-key-named = La clé SSH { $key } l'ouvre : OVHcloud ne crée pas de mot de passe, il n'y a donc pas de lien ici.
dm-user = Compte { $user }, { $address }
dm-link = **Mot de passe** (trouvé dans { $source }) : { $link }
dm-link-file = **Mot de passe** (trouvé dans { $source }) : son lien est dans le fichier { $file } ci-dessous, car il est très long.
dm-connect-rdp = **RDP** : ouvrez le fichier ci-dessous
dm-connect-ssh = **SSH** : { $command }
dm-host-key = Autre clé d'hôte SSH : { $command }
dm-connect-kvm = **KVM** : { $command }
dm-finished = **À la fin** : **Restaurer maintenant**
dm-finished-typed = **À la fin** : { $command }
dm-until = L'échéance y est écrite.
dm-commands = Commandes dans { $channel }.
dm-wiped = 🧹 { $server } a quitté ce rescue ; ce qui était écrit ici est donc effacé. Cela ne révoque pas le lien.
dm-deleted = 🧹 Supprimé. Cela ne révoque pas le lien.

# Confirmation
confirm-enable-windows = 🛟 **Redémarrer dans le rescue Windows**
confirm-enable-linux = 🛟 **Redémarrer dans le rescue Linux**
confirm-restore = ↩️ **Redémarrer hors du rescue** : tout ce que j'ai changé est remis en place
confirm-reboot = 🔄 **Redémarrage forcé**
confirm-put-back = ↩️ **Remettre ce que j'ai changé, sans redémarrer**
confirm-boots-into = Redémarre maintenant sur { $into }
confirm-boots-into-next = Le prochain redémarrage, d'où qu'il vienne, se fera sur { $into }
confirm-lease = À vous pour { $length } ; rappel { $before } avant la fin.
confirm-usually = ⏱️ En général { $length }.
confirm-usually-minutes = ⏱️ En général quelques minutes.
confirm-then-password = Le lien vers le mot de passe vous arrive ensuite en message privé.
confirm-then-told = Je dis ensuite dans le salon ce que j'ai vu.
confirm-email = OVHcloud envoie les identifiants à { $email }, dès maintenant et jusqu'à la restauration.
confirm-key = La clé SSH que vous avez donnée permettra d'entrer ; OVHcloud ne crée pas de mot de passe.
confirm-key-there = Une clé SSH est déjà en place sur le serveur et permettra d'entrer ; OVHcloud ne crée pas de mot de passe.
confirm-rescued-again = ⚠️ Déjà en mode rescue, depuis { $since } et jusqu'à { $until }. Ceci le redémarre et commence un nouveau rescue.
confirm-takes-over = ⚠️ Déjà en mode rescue : c'est celui de { $owner }, depuis { $since } et jusqu'à { $until }. Ceci redémarre le serveur et reprend ce rescue.
confirm-ends-others = ⚠️ C'est le rescue de { $owner }, depuis { $since } et jusqu'à { $until }. La personne sera prévenue à la fin.
confirm-ends-own = Ceci met fin à votre propre rescue, depuis { $since } et jusqu'à { $until }.
confirm-ends-nobodys = Ceci met fin à un rescue que je n'ai pas démarré, si le serveur y est.
confirm-reboots-own = ⚠️ C'est votre propre rescue, depuis { $since } et jusqu'à { $until }. Ce qui y tourne s'arrête, et son mot de passe change : ``/rescue link`` cherche ensuite le nouveau.
confirm-reboots-others = ⚠️ C'est le rescue de { $owner }, depuis { $since } et jusqu'à { $until }. Ce qui y tourne s'arrête, et son mot de passe change : son lien ne servira plus.
confirm-reboots-nobodys = ⚠️ En mode rescue, lancé sans moi. Ceci le redémarre : ce qui y tourne s'arrête, et son mot de passe change.
confirm-again = 🔄 **Redémarrer encore une fois** : ce qu'est devenu le dernier redémarrage de { $id } n'est pas connu
confirm-services-stop = ⚠️ Tous ses services s'arrêtent jusqu'à son retour.
confirm-services-stop-rescue = ⚠️ Tous ses services s'arrêtent jusqu'à la fin du rescue.
others-task = ⚠️ OVHcloud y travaille : { $function }, { $status } (tâche { $task }), qui n'est pas la mienne. Un redémarrage ou un autre netboot peut la détruire ou la gêner.
others-task-beside = ℹ️ OVHcloud y travaille : { $function }, { $status } (tâche { $task }), qui n'est pas la mienne.
others-task-unread = ⚠️ La tâche OVHcloud { $task }, qui n'est pas la mienne, est peut-être en cours : je ne peux pas lire ce qu'elle fait.
others-planned = ⚠️ OVHcloud y prévoit { $kind } { $when }.
others-under-way = ⚠️ Les équipes d'OVHcloud y travaillent : { $kind }, jusqu'à { $until } d'après ce qu'on sait.
others-intervention = ⚠️ Les équipes d'OVHcloud ont commencé une intervention { $when } ({ $kind }), peut-être encore en cours.
others-more = … et { $count } de plus.
others-tasks-unread = ⚠️ Je ne peux pas lire si OVHcloud y travaille : { $said }
others-planned-unread = ⚠️ Je ne peux pas lire ce qu'OVHcloud y prévoit : { $said }
others-interventions-unread = ⚠️ Je ne peux pas lire si une intervention est en cours : { $said }
confirm-backup = ⚠️ Vérifiez qu'une sauvegarde récente existe.
confirm-windows-vm = ⚠️ Redémarrer le rescue Windows lui-même ne fait pas quitter le mode rescue : ``/restore`` le fait.
confirm-reboot-rescue = ⚠️ Son netboot est en rescue : il démarrera **de nouveau en rescue**. ``/restore`` en sort.
confirm-reboot-off = ⚠️ Son netboot est réglé sur l'extinction (power-off) : il **restera éteint**.
confirm-to-disk = ↩️ **Redémarrer sur son disque**
confirm-script = ⚠️ Il démarre en ce moment sur son propre script ({ $length } caractères). Le rescue prend sa place ; une restauration le rétablit.
confirm-dead-end = ⚠️ Il est réglé sur { $what }, où personne ne peut le joindre : une restauration mènera au disque.
confirm-reboot-unreachable = ⚠️ Son netboot est un shell iPXE : **personne ne peut l'y joindre**. ``/restore`` ramène au disque.
remark-left-out = OVHcloud liste le netboot { $id } sans le montrer ; il est donc laissé de côté : { $said }
remark-unread = ⚠️ OVHcloud ne montre pas ce qu'est le netboot { $id }, sur lequel il est réglé : { $said }
remark-stays = ⚠️ { $field } n'est plus comme avant le rescue. Ce n'est pas moi qui l'ai changé, donc je n'y touche pas.
runbook-line = 📘 Procédure : [{ $text }]({ $url })
confirm-life = Valable une seule fois, jusqu'à { $until }.
difference-boot = ⚠️ Quelqu'un a changé le netboot entre-temps : c'est maintenant { $now }.
difference-script = ⚠️ Quelqu'un a défini un script de démarrage entre-temps ({ $length } caractères) : si vous continuez, il est perdu.
difference-field = ⚠️ Quelqu'un a changé { $field } entre-temps ; il est remis en place aussi.
difference-no-boot = ⚠️ Quelqu'un a changé le netboot entre-temps : aucun n'est défini maintenant.
difference-mail = ⚠️ Quelqu'un a changé l'adresse mail de rescue entre-temps ; elle est remise en place elle aussi.
difference-key = ⚠️ Quelqu'un a changé la clé SSH de rescue entre-temps ; elle est remise en place elle aussi.
accepted = ✅ C'est lancé (**{ $id }**) pour { $server }, suivi dans { $channel }.
accepted-card = ✅ C'est lancé (**{ $id }**) pour { $server }, suivi ici : { $card }
card-cancelled = ✋ Annulé ; rien n'a été fait.
card-changed = ⚠️ Ce sur quoi il démarrerait, ou son rescue, a changé entre-temps. Voici l'état actuel :
card-others = ⚠️ Entre-temps, d'autres ont commencé quelque chose dessus, ou je ne vois plus ce qu'ils font. Voici l'état actuel :
decided-cancel = ✋ Annulation en cours.
decided-again = 🔄 Un redémarrage de plus est en route.
decided-let-go = ✋ Plus personne n'attend cette tâche. Le serveur est libre.
decided-leave = ✋ C'est laissé ainsi.

# Ce qui est terminé
outcome-was-in-rescue = Était en mode rescue
past-title = 🏁 **Était en mode rescue** · { $server } · { $id }
past-line = En mode rescue de { $from } à { $to } ; terminé { $how }.
past-closed = 🏁 Terminé depuis { $at }, { $how }.
past-by = par { $id }, de { $who }
past-by-deadline = par { $id }, l'échéance étant passée
past-by-put-back = par { $id }, de { $who }, sans redémarrage
past-by-rescue = par { $id }, de { $who }, qui l'a repassé en mode rescue
past-by-others = hors de Bernard
past-by-leaving = avec le serveur, qui a quitté le compte
past-undone = ↩️ **Sans suite** · { $server } · { $id } : rien n'a été redémarré, et le rescue qui devait être repris a continué.
past-reminder = C'était un rappel : il devait se terminer à { $until }.
past-extended = { $who } l'avait prolongé jusqu'à { $until }.
past-handed-over = { $who } l'avait transmis de { $from } à { $to }.
past-netboot-changed = Quelqu'un d'autre avait réglé son netboot sur { $boot }.
past-rebooted-by-others = La tâche OVHcloud { $task }, qui n'était pas la mienne, l'avait redémarré en rescue une fois de plus.
past-left = Il est sorti sans moi : son netboot avait été réglé sur { $boot }, et la tâche OVHcloud { $task } l'a redémarré. Il n'y a plus rien à faire.
past-taken-over = { $who } l'avait repris ; avant, le rescue était confié à { $owner }.
past-rebooted = { $who } l'avait redémarré en rescue une fois de plus ({ $id }).
past-given-back = { $id }, de { $who }, l'avait repris et n'avait pas abouti.

# Reminders and announcements
reminder-before = ⏰ **Bientôt la fin** · { $server } est en mode rescue
reminder-deadline = ⏰ **C'est l'heure** · { $server } est toujours en mode rescue
reminder-after = ⏰ **Toujours en mode rescue** · { $server } · l'échéance est largement passée
reminder-until = Le rescue { $id } doit se terminer à { $until }.
reminder-was-until = Le rescue { $id } devait se terminer à { $until }.
reminder-choices = **Restaurer maintenant** ou { $restore } remet tout en place ; **Prolonger** ou { $extend } donne plus de temps.
reminder-into-rescue = Tout redémarrage, d'où qu'il vienne, ramène le serveur en rescue.
reminder-left = ⏰ **Il reste quelque chose à remettre en place** · { $server } est sorti du mode rescue
notice-server-left = 👋 **Parti** · { $server } a quitté le compte : OVHcloud ne le liste plus. Le mode rescue de { $who } ({ $id }) est terminé, et il n'y a rien à restaurer.
notice-left-rescue = 🏁 **Sorti du mode rescue** · { $server } a quitté son rescue ({ $id }, { $who }) sans moi : son netboot est maintenant { $boot }, et la tâche OVHcloud { $task } l'a redémarré. Un lien envoyé en message privé est effacé.
notice-left-closed = Ce rescue est terminé. Il n'y a rien à faire.
notice-left-remains = Ce que j'avais réglé en plus (adresse ou clé SSH du rescue) est encore en place : **Rétablir le netboot** ou { $command } l'annule, sans redémarrage.
notice-netboot-changed = 👀 **Netboot changé** · { $server } est encore en mode rescue ({ $id }, { $who }), mais son netboot est maintenant { $boot }, et ce n'est pas moi : il en sort au prochain redémarrage.
notice-rebooted-by-others = 🔁 **Redémarré sans moi** · { $server } est en mode rescue ({ $id }, { $who }), et la tâche OVHcloud { $task }, qui n'est pas la mienne, le redémarre en rescue : le mot de passe a peut-être changé. { $command } le cherche.
seen-left = 🏁 Il a quitté le rescue sans moi : son netboot est maintenant { $boot }, et la tâche OVHcloud { $task } l'a redémarré.
seen-leaving = 👀 Son netboot est maintenant { $boot } : il est encore en mode rescue, et en sort au prochain redémarrage.
seen-rebooted = 🔁 La tâche OVHcloud { $task }, qui n'est pas la mienne, l'a redémarré en rescue : le mot de passe a peut-être changé. ``/rescue link`` le cherche.
notice-restored-at-deadline = ⏰ **C'est l'heure** · { $server } est en cours de restauration ({ $id }), avec les droits de { $who }.
notice-extended = ⏳ **Prolongé** · { $server } reste en mode rescue jusqu'à { $until }. Prolongé par { $who } ; c'est le rescue de { $owner }.
notice-extended-own = ⏳ **Prolongé** · { $server } reste en mode rescue jusqu'à { $until }. Prolongé par { $who }.
notice-handed-over = 🤝 **Transmis** · le rescue de { $server } passe de { $from } à { $to }. Décidé par { $who }.
notice-taken-over = 🛟 **Repris** · { $who } passe de nouveau { $server } en mode rescue ({ $id }) : il redémarre, et ce rescue n'est plus celui de { $owner }.
notice-given-back = ↩️ **Rendu** · { $id }, de { $who }, n'a pas abouti : le rescue de { $server } est de nouveau confié à { $owner }.
notice-ended = 🏁 **Terminé** · { $who } a mis fin au rescue de { $server } ({ $id }). Il était confié à { $owner }.
notice-rebooted = 🔁 **Redémarré** · { $who } a redémarré { $server }, de nouveau dans le rescue de { $owner } ({ $id }) : le mot de passe a peut-être changé. { $command } le cherche.
notice-dm-stands = ⚠️ **Un lien reste affiché** · { $server } · { $id }
    { $who } : Discord ne me laisse pas effacer mon message privé avec le lien. Supprimez-le vous-même (**Supprimer ce message**, dessous). Je continue d'essayer pendant une semaine ; effacer ne révoque pas le lien.
notice-unshown = ⚠️ { $who }, Discord ne m'a pas laissé vous montrer une réponse dans { $channel } : { $why }. Ce qui était accepté avant est en cours, et sa carte le dit ; pour le reste, redemandez.
unasked-no-message = ⚠️ **Personne n'a été sollicité** · { $server } · { $id }
    { $who }, ceci attend l'approbation d'autres personnes jusqu'à { $until }, mais { $channel } n'accepte aucun message de ma part : personne n'est au courant. **Annuler** le retire ; redemandez ensuite dans un salon où je peux écrire, ou demandez à votre opérateur de m'y laisser écrire.
unasked-no-ring = ⚠️ **Personne n'a été prévenu** · { $server } · { $id }
    { $who }, ceci attend une approbation dans { $channel } jusqu'à { $until }, mais Discord n'a notifié personne parmi { $approvers } : je ne peux pas mentionner ce rôle, ou il est trop grand pour ce fil. Demandez vous-même à l'un d'eux d'y regarder, et à votre opérateur de me laisser le mentionner. **Annuler** le retire.
unrung = 🔕 Discord ne m'a pas laissé notifier { $who } ici. Prévenez-les vous-même.
notice-anchor = { $count ->
    [one] 🔗 Dernière ligne du journal d'audit : { $anchor } ({ $count } nouvelle). Elle permet de prouver que rien n'a été modifié avant elle.
   *[other] 🔗 Dernière ligne du journal d'audit : { $anchor } ({ $count } nouvelles). Elle permet de prouver que rien n'a été modifié avant elle.
}
notice-paused = ⏸️ **En pause**, à la demande de { $who } : { $reason }. Rien de nouveau ne commence, sauf ce qui fait sortir du rescue.
notice-resumed = ▶️ **Reprise** décidée par { $who }.
notice-copy = 🗂️ **Une copie de ma base a été remise en place** { $who }
notice-copy-made = Elle a été faite { $at } ; ce qui s'est passé depuis, je l'ignore.
notice-copy-older = Il y manque ce que j'ai fait en dernier ; ce qui s'est passé depuis qu'elle a été faite, je l'ignore.
notice-copy-operations = { $count ->
    [one] Une opération qui y était en cours est dans le doute ; je n'y touche plus.
   *[other] Opérations qui y étaient en cours et sont dans le doute : { $count }. Je n'y touche plus.
}
notice-copy-leases = { $count ->
    [one] Un rescue s'y trouve. Il reste, avec ses rappels, et aucune échéance ne le restaure.
   *[other] Rescues qui s'y trouvent : { $count }. Ils restent, avec leurs rappels, et aucune échéance ne les restaure.
}
notice-copy-next = Regardez ``/rescue list`` avant de continuer. Si les nouvelles opérations ont été suspendues depuis, suspendez-les à nouveau.
notice-sink = 📤 **Le collecteur d'audit { $sink } n'avance plus** : { $what } { $who }
notice-sink-line-next = Plus rien n'y part, et rien n'est perdu. Réparez-le, puis { $command } sur la machine réessaie.
notice-sink-closed-next = Rien n'est perdu, et je continue d'essayer : laissez-moi entrer à nouveau.
notice-sink-chain-next = L'audit a été tronqué ou réécrit. Plus rien n'y part ; vérifiez avec { $command }.
sink-away = il ne prend pas de lignes en ce moment ({ $said })
sink-closed = il ne me laisse pas entrer ({ $said })
sink-line = il refuse la ligne { $number } ({ $said })
sink-chain = l'audit d'ici ne continue pas la ligne { $number }, qu'il a reçue
notice-help-asked = 🙋 { $who } demande à { $of } : je ne peux pas lui permettre { $capability } sur { $server } ici. L'un de vous peut-il s'en charger ?
notice-help-asked-anywhere = 🙋 { $who } demande à { $of } : je ne peux pas lui permettre { $capability } ici. L'un de vous peut-il s'en charger ?
trouble-key = 🔑 **OVHcloud refuse notre clé** · compte { $account }.
trouble-right = 🔑 **OVHcloud n'autorise pas un appel** · compte { $account }.
trouble-clock = 🕰️ **OVHcloud refuse notre signature** · compte { $account } : mauvais secret ou horloge déréglée.
trouble-service = 💶 **Le service a expiré** · { $server } chez OVHcloud.
trouble-account = 🔑 **Un compte manque** · { $account } ne figure plus dans ma configuration.
trouble-met = Constaté par { $id } ({ $server }) : { $said }
trouble-next = Seule la personne qui m'administre peut y remédier. Ce qui attend reprend ensuite tout seul ; je ne le dis qu'une fois.
digest-quiet = ☀️ Rien n'est en mode rescue.
digest-title = { $count ->
    [one] ☀️ **{ $count } serveur est en mode rescue**
   *[other] ☀️ **{ $count } serveurs sont en mode rescue**
} (à { $at })

# Leases
extend-how-long = Combien de temps de plus { $server } doit-il rester en mode rescue ? Pour l'instant, c'est jusqu'à { $until }.
extended = ⏳ { $server } reste en mode rescue jusqu'à { $until }.
extended-cut = C'est moins que demandé : `max_lease` ne laisse aucun rescue durer plus de { $longest } à partir de maintenant.
handed-over = 🤝 Le rescue de { $server } est maintenant confié à { $who }.
lease-none = Je ne gère aucun rescue de { $server }. ``/rescue list`` montre ce qui est en mode rescue ; on peut y adopter ce qui a été lancé sans moi.
lease-gone = Ce rescue est terminé, ou quelqu'un en est maintenant responsable. ``/rescue list`` montre où on en est.
lease-longest = { $server } est déjà en mode rescue jusqu'à { $until }, et un rescue ne peut pas durer plus de { $longest } à partir de maintenant.
lease-left = { $server } a quitté son rescue, sans moi : son netboot a été changé, et il a redémarré depuis. Je l'ai dit dans son salon.
lease-changed = Le rescue de { $server } vient de se terminer ou d'être modifié. ``/rescue list`` montre où on en est ; redemandez ensuite.
lease-cannot-own = { $who } ne peut pas être responsable du rescue de { $server } : il faut le droit `rescue` sur ce serveur. Choisissez quelqu'un qui l'a, ou demandez à l'administrateur du bot.
lease-has-owner = Le rescue de { $server } est déjà confié à { $who }.

# Lists
list-line = 🛟 { $server } · { $id } · { $who } · depuis { $since } · jusqu'à { $until }
list-line-over = ⏰ { $server } · { $id } · { $who } · depuis { $since } · aurait dû se terminer à { $until }
list-line-left = 🏁 { $server } · { $id } · { $who } · { $seen }
list-line-foreign = ⚠️ { $server } · lancé sans moi · { $kernel } · vu depuis { $since }
list-line-past = 🏁 { $server } · { $id } · { $past }
list-line-gone = 🏁 { $server } · sorti de ce rescue, ou confié à quelqu'un depuis
list-only-listed = d'après la liste d'OVHcloud, lue { $when } ; elle peut être plus ancienne
list-more = … et { $count } de plus.
list-none = Rien n'est en mode rescue.
list-not-looked-at = { $count ->
    [one] ❔ { $count } serveur pas encore examiné
   *[other] ❔ { $count } serveurs pas encore examinés
}
fleet-title = { $count ->
    [one] **{ $count } serveur**
   *[other] **{ $count } serveurs**
}
fleet-line = { $server } : { $state }
fleet-only-listed = { $count ->
    [one] -# { $count } serveur d'après la liste d'OVHcloud, lue { $when } ; avant d'agir, je lis le serveur lui-même
   *[other] -# { $count } serveurs d'après la liste d'OVHcloud, lue { $when } ; avant d'agir, je lis le serveur lui-même
}
fleet-foreign = En mode rescue, lancé sans moi
fleet-dead-end = Réglé pour démarrer là où personne ne peut le joindre
fleet-left = sorti du mode rescue, il reste à remettre en place
fleet-more = … et d'autres. ``/rescue list`` montre tout ce qui est en mode rescue.
fleet-quiet = Tout est calme : rien en mode rescue, rien en cours.
fleet-quiet-so-far = Rien en mode rescue et rien en cours, pour ce que j'ai déjà lu.
status-ok = 🟢 **{ $server }** · { $service }
status-rescue = 🛟 **{ $server }** · { $service } · son netboot est en rescue
status-trouble = ⚠️ **{ $server }** · { $service } · OVHcloud dit { $state }
status-os = { $os } · { $power }
power-on = sous tension
power-off = hors tension
power-unknown = alimentation inconnue
status-boots = Prochain démarrage : { $start }
status-both = ⚠️ Le netboot { $id } est défini à côté de ce script : OVHcloud ne dit pas lequel des deux l'emporte.
status-unreachable = ⚠️ **{ $server }** · { $service } · son netboot est un shell iPXE, où personne ne peut le joindre : ``/restore`` ramène au disque
status-off = ⚠️ **{ $server }** · { $service } · son netboot est réglé sur l'extinction, donc le prochain redémarrage l'éteint : ``/restore`` ramène au disque
status-boots-nothing = Prochain démarrage : rien n'est défini
status-remembered = 🕰️ **{ $server }** ({ $service }) tel que je l'ai vu { $when } : OVHcloud ne répond pas pour l'instant.
status-task = Tâche { $task } : { $function } { $status }
status-tasks-unreadable = Les tâches n'ont pas pu être lues : { $said }
status-lease = En mode rescue ({ $id }), confié à { $who }, depuis { $since }, jusqu'à { $until }
status-operation = { $emoji } { $id } : { $state }
status-monitored = Monitoring OVHcloud activé
status-unmonitored = Monitoring OVHcloud désactivé
status-no-intervention = Les interventions au datacentre sont désactivées
status-odd = ⚠️ Laissé de côté, car illisible : { $said }

# Tasks, status and the doctor
command-tasks = Ce qu'OVHcloud a fait récemment sur un serveur
tasks-title = **Dernières tâches OVHcloud sur { $server }**
tasks-none = OVHcloud n'en liste aucune. Les anciennes sont oubliées.
tasks-began = commencée { $when }
tasks-ended = terminée { $when }
help-tasks = ``/tasks`` montre les dernières tâches OVHcloud d'un serveur.
status-intervention = Dernière intervention d'OVHcloud au datacentre : { $when }
status-planned = ⚠️ OVHcloud prévoit { $kind } le { $when }
status-expires = Payé jusqu'au { $day }
status-expires-renewed = Payé jusqu'au { $day }, renouvelé automatiquement
status-expires-for-good = ⚠️ Payé jusqu'au { $day }, **sans** renouvellement automatique
status-expires-contradicts = ⚠️ Payé jusqu'au { $day } ; OVHcloud se contredit sur le renouvellement automatique
status-likely-cause = 💡 Personne ici n'a lancé ce rescue. L'équipe d'OVHcloud a commencé à intervenir sur le serveur { $when }, et elle le laisse en rescue quand son propre système ne démarre pas : les e-mails du compte en disent peut-être plus.
status-contract-unreadable = Le contrat et les interventions prévues n'ont pas pu être lus : { $said }
command-doctor = Ce qui ne va pas avec le parc, les comptes et moi
help-doctor = ``/doctor`` examine le parc, les comptes et moi.
doctor-well = 🩺 **Tout va bien**, autant que je puisse voir, pour { $servers ->
    [one] { $servers } serveur
   *[other] { $servers } serveurs
}.
doctor-title = 🩺 **{ $count ->
    [one] { $count } constat
   *[other] { $count } constats
}** pour { $servers ->
    [one] { $servers } serveur
   *[other] { $servers } serveurs
}
doctor-age = -# Ma plus ancienne lecture d'un serveur : { $when }
doctor-nothing-read = -# Je n'ai encore lu aucun serveur.
doctor-replicas = -# { $count ->
    [one] 1 réplica
   *[other] { $count } réplicas
} : { $names }
doctor-replica-silent = { $name } (vu pour la dernière fois { $when })
doctor-line = { $title } : { $items }
doctor-more = … et { $count } de plus
doctor-rest = { $count ->
    [one] … et { $count } autre type de constat, dans le fichier.
   *[other] … et { $count } autres types de constat, dans le fichier.
}
doctor-store = 🔴 **Impossible d'écrire dans mon stockage**
doctor-commands = 🔴 **Discord refuse mes commandes** ; celles qu'il connaît restent utilisables, nouvel essai { $when }
doctor-account-away = 🔴 **Le compte est illisible**
doctor-credential = 🔴 **L'identifiant n'est pas valable, ou plus pour longtemps**
doctor-rights = 🔴 **Il manque des droits à l'identifiant**
doctor-bot-lacks = 🔴 **Il me manque des permissions dans ce salon**
doctor-oncall-gone = 🔴 **Le rôle d'astreinte n'existe pas**
doctor-oncall-silent = 🔴 **Le rôle d'astreinte ne sonne pas quand je le mentionne** (rendez-le mentionnable)
doctor-sink-stopped = 🔴 **Un collecteur d'audit ne reçoit plus de lignes**
doctor-sink-behind = 🟠 **Un collecteur d'audit est en retard**
doctor-sink = { $sink } ({ $count ->
    [one] une ligne
   *[other] { $count } lignes
} depuis { $when })
doctor-overdue = 🛟 **En rescue au-delà de l'échéance**
doctor-forgotten = 🛟 **Netboot en rescue, sans que personne n'en réponde**
doctor-dead-end = 🟠 **Réglé pour démarrer là où personne ne peut le joindre** (``/restore`` ramène au disque)
doctor-trouble = 🟠 **OVHcloud signale un problème**
doctor-silent = 🟠 **Listé par OVHcloud, mais sans description**
doctor-odd = 🟠 **Illisible, donc laissé de côté**
doctor-short-list = 🟠 **OVHcloud liste bien moins de serveurs qu'avant ; je n'y crois pas**
doctor-ends = 🟠 **Expire bientôt sans renouvellement automatique**
doctor-contradicts = 🟠 **OVHcloud se contredit sur le renouvellement automatique** (à vérifier dans l'espace client)
doctor-planned = 🟠 **Intervention prévue par OVHcloud**
doctor-retired = 🟠 **Démarre sur une image retirée par OVHcloud**
doctor-drift = 🟠 **Mon horloge diffère de celle d'OVHcloud** (j'en tiens compte ; vérifiez NTP)
doctor-clock-set = 🟠 **L'horloge de la machine a été réglée pendant que je tourne** (je continue avec le temps écoulé depuis mon démarrage ; un redémarrage prend la nouvelle heure)
doctor-unchecked-servers = ❔ **Serveurs pas encore lus**
doctor-unchecked-boots = ❔ **Netboots pas encore lus**
doctor-unchecked-contracts = ❔ **Contrats et interventions prévues non lus récemment**
doctor-unchecked-clock = ❔ **L'horloge n'a pas pu être comparée à celle d'OVHcloud**
doctor-unchecked-credential = ❔ **L'identifiant n'a pas pu être examiné**
doctor-unchecked-rights = ❔ **Le droit de modifier ne se vérifie qu'à l'usage** (OAuth2)
doctor-unchecked-addresses = Ce qu'OVHcloud dit des adresses (blocage, mitigation) ne peut pas être lu ; tout le reste fonctionne
status-blocked-antihack = 🚨 OVHcloud bloque son adresse parce que des attaques en sont parties (*Anti-Hack*).
status-blocked-spam = 🚨 OVHcloud bloque son adresse parce que du spam en est parti.
status-blocked-phishing = 🚨 OVHcloud signale une page de phishing à son adresse.
status-mitigated = 🛡️ Il est attaqué : OVHcloud filtre son trafic (mitigation).
status-mitigated-always = 🛡️ OVHcloud filtre son trafic en permanence (mitigation permanente).
doctor-unchecked-oncall = ❔ **Le rôle d'astreinte n'a pas pu être examiné**
doctor-no-intervention = 🟡 **Interventions au datacentre désactivées**
doctor-unmonitored = 🟡 **Non surveillé par OVHcloud**

# The picture
picture-asked = Demandé
picture-set = Netboot défini
picture-reboot = Redémarrage envoyé
picture-unknown = Redémarrage sans réponse
picture-refused = Refusé ou non envoyé
picture-task-done = Tâche OVHcloud terminée
picture-task-failed = Tâche OVHcloud en échec
picture-task-vanished = Tâche absente de la liste
picture-port-closed = Le port ne répond plus
picture-port-back = Le port répond à nouveau
picture-link = Lien transmis
picture-no-link = Pas de lien
picture-cancelled = Annulé
picture-now = Maintenant

# Help
help-title = **Ce que vous pouvez faire ici**
help-enable = ``/rescue enable`` passe un serveur en mode rescue ; le lien vers le mot de passe arrive par message privé.
help-named-here = **Secourir le serveur nommé ici…**, sous *Applications* dans le menu d'un message, trouve le serveur qui y est nommé.
help-link = ``/rescue link`` retrouve ce lien.
help-extend = ``/rescue extend`` donne plus de temps à un rescue.
help-hand-over = ``/rescue hand-over`` le confie à quelqu'un d'autre.
help-restore = ``/restore`` remet tout en place.
help-reboot = ``/reboot`` redémarre, et dit d'abord sur quoi.
help-status = ``/status`` montre un serveur, ou le parc.
help-list = ``/rescue list`` montre ce qui est en mode rescue.
help-nothing = Rien pour l'instant : aucune règle de la configuration ne parle de vous dans ce salon. Demandez à l'administrateur du bot.
help-names = Un serveur se désigne par son nom de service, son nom affiché, son IP ou son reverse.

# Refusals
refusal-not-here = Je prends les commandes sur le serveur Discord dont je m'occupe, pas ici.
refusal-wrong-channel = Je prends les commandes dans { $channels }, pas ici.
refusal-roles-unreadable = Discord ne m'a pas donné vos rôles à l'instant : la réponse est donc non. Réessayez, ou utilisez la commande dans le salon.
refusal-not-a-member = Discord ne m'a pas donné vos rôles, car vous n'êtes pas (ou plus) dans le serveur que je sers : la réponse est donc non.
refusal-bot-lacks = Il me manque dans ce salon des permissions dont j'aurai besoin : { $missing }. Demandez à un administrateur de ce serveur Discord.
refusal-typed = { $option } ne convient pas. Attendu : { $right }
refusal-busy = { $server } est occupé par { $id } de { $who } : { $state }. Attendez la fin.
refusal-not-yours = Ce bouton est destiné à quelqu'un d'autre. Il ne sert que dans mon message privé.
refusal-not-yours-of = Ce bouton est destiné à quelqu'un d'autre : { $who }. Pour demander la même chose, tapez la commande vous-même.
refusal-not-yours-command = Ce bouton est destiné à quelqu'un d'autre : { $who }. Si vous en avez le droit, tapez { $command } vous-même.
refusal-not-spared = Le serveur a redémarré depuis, ou je ne peux pas le lire : c'est peut-être un autre rescue que le vôtre, et son lien doit être approuvé par d'autres. Pour leur demander : { $command }
refusal-no-link-yet = Aucun lien n'est apparu à l'instant. Appuyez de nouveau dans un moment, ou utilisez { $command }.
refusal-unknown = Je ne connais plus ceci. Retapez la commande.
refusal-made-elsewhere = Ce bouton date d'avant le remplacement ou la restauration de ma mémoire, alors je n'en fais rien : ce qu'il désignait peut être autre chose à présent. Tapez plutôt { $command }.
refusal-made-elsewhere-judge = Ce bouton date d'avant le remplacement ou la restauration de ma mémoire, alors il ne répond à rien ici. Qui a demandé retape sa commande ; l'état actuel du serveur : { $command }
refusal-way-over = Cette proposition n'est plus valable. Retapez la commande.
refusal-unreadable = Je n'ai pas pu lire ce que Discord a envoyé, et rien n'a été fait. Réessayez ; si cela persiste, prévenez l'administrateur du bot.
answer-plain = (Discord n'a pas accepté les boutons de cette réponse. Retapez la commande pour les avoir.)
answer-unshown = ⚠️ Discord ne me laisse pas vous montrer cette réponse : { $why }. Ce qui était accepté est en cours, et sa carte le dit ; pour le reste, redemandez.
refusal-fault = J'ai un problème interne, et rien n'a été fait. L'administrateur du bot le trouvera dans le journal.
refusal-broken = Quelque chose a cassé chez moi pendant que je m'en occupais. Ce que j'avais accepté continue : regardez sa carte dans le salon avant de redemander. L'administrateur du bot trouvera la panne dans le journal.
restarting = Je redémarre ; rien n'a été fait. Réessayez dans un moment.
no-server = Aucun serveur que vous puissiez voir ne répond au nom de { $typed }.
no-server-near = Aucun serveur que vous puissiez voir ne répond au nom de { $typed }. Vouliez-vous dire { $count ->
    [one] { $near }
   *[other] l'un de ceux-ci : { $near }
} ?
no-server-ambiguous = Plusieurs serveurs répondent au nom de { $typed } : { $all }. Utilisez l'un de ces noms.
no-server-unreadable = Je n'ai pas pu chercher { $typed } : OVHcloud ne répond pas pour l'instant. Rien n'a été fait.
    -# { $said }
no-server-yet = Aucun serveur lu jusqu'ici ne répond au nom de { $typed } : { $read } sur { $all }. Utilisez son nom de service, qui fonctionne tout de suite, ou réessayez plus tard.
typed-blank = au moins un caractère qui ne soit pas une espace.
typed-duration = une durée comme 90m, 1h30m ou 2d, au plus { $longest }.
typed-more = une durée comme 90m, 1h30m ou 2d.
typed-email = une seule adresse, comme ops@example.com.
typed-email-domain = une adresse dans l'un de ces domaines : { $domains }.
typed-ssh-key = une seule clé publique sur une ligne, comme ssh-ed25519 AAAA….
card-answered = Cette carte valait pour { $id } et rien d'autre. Pour recommencer : { $command }
card-under-way = { $id } est déjà en cours : cette carte vaut pour cette opération et pour rien d'autre. Pour le refaire ensuite : { $command }
card-dismissed = Cette carte a été annulée, ou remplacée par une plus récente. Pour redemander : { $command }
card-expired = Cette carte a plus de dix minutes. Pour redemander : { $command }
too-late = { $id } a avancé ; ce bouton n'a plus d'effet.
too-late-command = { $id } a avancé ; ce bouton n'a plus d'effet. Pour redemander : { $command }

# Problems
problem-server-gone = { $server } n'est plus dans le compte OVHcloud. S'il a été renouvelé ou déplacé, demandez à l'administrateur du bot de vérifier le compte.
problem-held = OVHcloud bloque lui-même { $server } ({ $state }) : contactez le support OVHcloud, rien n'est possible d'ici.
problem-no-boots = { $server } ne liste aucune entrée de netboot pour cela. Un serveur qui n'a qu'un vRack (OLA) ne peut pas démarrer en netboot ; sinon, demandez au support OVHcloud.
problem-no-such-rescue = OVHcloud ne liste aucun rescue { $wanted } pour { $server }. Il a : { $has }. Installé : { $os }, mémoire : { $memory } Go.
problem-no-rescue-shown = OVHcloud ne montre aucun rescue { $wanted } pour { $server }.
problem-left-out = Il liste { $ids } sans montrer ce que c'est : ce que vous cherchez y est peut-être. { $said }
problem-no-disk = Je ne trouve pas le démarrage sur disque de { $server }, donc aucune sortie pour l'instant : { $said }
problem-no-disk-recorded = Son réglage d'avant : { $start }
problem-windows-needs = OVHcloud propose le rescue Windows pour les serveurs où Windows est installé, avec au moins 16 Go de mémoire. `system:linux` n'exige ni l'un ni l'autre.
problem-changed = Ce sur quoi { $server } démarrerait, ou son rescue, a changé depuis votre confirmation : rien n'a donc été fait. Redemandez pour voir l'état actuel.
problem-not-in-rescue = { $server } n'est pas en mode rescue. ``/status`` montre sur quoi il démarre.
problem-nothing-to-restore = { $server } n'est pas en mode rescue : il n'y a rien à remettre en place. Pour le redémarrer, tapez { $reboot }. ``/status`` montre sur quoi il démarre.
problem-left-rescue = { $server } a quitté son rescue entre-temps, sans moi : son netboot a été changé, et il a redémarré. Un lien vers ce rescue ne mènerait nulle part.
problem-rebooting = { $server } est en train de redémarrer. Réessayez quand ce sera fini.
problem-others-at-work = D'autres travaillent sur { $server }, et la carte ne le disait pas : je ne l'ai pas redémarré.
problem-others-ask-again = Quand ce sera fini, ou pour le faire quand même, redemandez : la carte le nommera.
problem-no-account = La configuration ne nomme plus { $account }, le compte de { $server }. Demandez à l'administrateur du bot.
problem-no-longer-allowed = La personne qui l'a demandé n'en a plus le droit : rien n'a été commencé.
problem-not-on-duty = La personne qui l'a demandé n'en a le droit que pendant son astreinte, et n'est plus d'astreinte selon le planning lu à { $at } : rien n'a été commencé.
problem-duty-unread = La personne qui l'a demandé n'en a le droit que pendant son astreinte, et le planning n'a pas pu être lu : rien n'a été commencé.
problem-roles-unreadable = Discord ne m'a pas donné les rôles de { $who } : rien n'a été commencé.
problem-system-unread = OVHcloud ne dit pas quel système est installé sur { $server }, je ne choisis donc pas son mode rescue : précisez lequel, avec `system:windows` ou `system:linux`.
problem-key-needs-linux = Une clé SSH ne fonctionne pas avec le rescue Windows. Retirez-la, ou choisissez `system:linux`.
problem-weather = OVHcloud n'a pas répondu au sujet de { $server } pour l'instant. Rien n'a été fait. Réessayez dans quelques minutes.
    -# { $said }
problem-unclear = La réponse d'OVHcloud au sujet de { $server } est inutilisable, je n'ai donc pas continué : { $said }. Personne n'a rien refusé ; si cela dure, voyez avec votre administrateur.
problem-ovhcloud = OVHcloud ne m'a pas laissé faire cela avec { $server } : { $said }

# Denials
denial-nobody = Personne n'a le droit { $capability } : la configuration ne contient aucune règle.
denial-you-may-not = Vous n'avez pas le droit de { $deed }.
denial-ask = Vous n'avez pas le droit de { $deed }. Demandez à { $who }.
deed-view = voir { $server }
deed-rescue = passer { $server } en mode rescue
deed-restore = sortir { $server } du mode rescue
deed-reboot = redémarrer { $server }
deed-console = ouvrir la console de { $server }
deed-approve = approuver quoi que ce soit sur { $server }
deed-audit = lire ce que d'autres ont fait de { $server }
deed-admin = faire ce qui est réservé aux administrateurs
deed-any-server = un serveur
denial-no-entry = Aucune règle de la configuration ne parle de vous ni de vos rôles : vous n'avez donc pas le droit { $capability }.
denial-lacks = Les règles qui parlent de vous n'incluent pas { $capability }.
denial-not-this-server = Votre droit { $capability } vaut pour d'autres serveurs que { $server }.
denial-server-unread = Votre droit { $capability } dépend de tags ou de noms de { $server } qui n'ont pas pu être lus : la réponse est donc non.
denial-not-this-channel = Votre droit { $capability } vaut dans { $channels }, pas ici.
denial-other-hours = Votre droit { $capability } vaut dans ces plages horaires : { $hours }.
denial-off-duty = Votre droit { $capability } ne vaut que pendant votre astreinte.
duty-no-schedule = La configuration n'a pas de planning.
duty-never-read = Le planning n'a pas encore pu être lu : personne n'est d'astreinte.
duty-clock-set = L'horloge de ma machine a été réglée pendant que je tournais : nul ne sait de qui c'est le tour, et personne n'est d'astreinte jusqu'à mon redémarrage.
duty-stale = Le planning a été lu pour la dernière fois à { $at }, il y a trop longtemps : personne n'est d'astreinte.
duty-empty = Le planning lu à { $at } est vide : personne n'est d'astreinte.
duty-nobody = Selon le planning lu à { $at }, personne n'est d'astreinte.
duty-others = Selon le planning lu à { $at }, d'astreinte : { $who }
denial-nearest = La règle la plus proche : { $place }, pour { $who }
denial-could-help = Qui pourrait aider : { $who }

# The exact calls
calls-until-link = Le dernier est répété jusqu'à ce que le lien soit là.
calls-until-answered = Si la réponse se perd, la demande est répétée.
calls-address-hidden = `…` remplace l'adresse personnelle du demandeur, qui n'est pas montrée ici.

# Why, plan, limits and the kill switch
command-plan = Les appels exacts qu'une action ferait maintenant, et si elle serait refusée ; ne change rien
command-why = Quelle règle autorise ou refuse une action, et qui pourrait aider
command-oncall = Qui est d'astreinte, jusqu'à quand, et qui suit
command-admin = L'arrêt d'urgence
command-admin-pause = Refuser toute nouvelle opération, sauf celles qui sortent du mode rescue
command-admin-resume = Accepter de nouveau les opérations
option-action = Ce qui serait fait
option-user = Quelqu'un d'autre ; par défaut, vous
help-plan = ``/plan`` montre les appels exacts d'une action, sans rien changer.
help-why = ``/why`` dit quelle règle autorise ou refuse une action.
help-oncall = ``/oncall`` dit qui est d'astreinte, et qui suit.
help-admin = ``/admin pause`` refuse toute nouvelle opération, ``/admin resume`` les accepte de nouveau.
why-you-may = ✅ Vous avez ici le droit { $capability } sur { $server }.
why-they-may = ✅ { $who } a ici le droit { $capability } sur { $server }.
why-they-may-not = { $who } n'a pas ici le droit { $capability } sur { $server }.
why-allowed-by = Autorisé par la règle { $place }, pour { $who }
why-on-duty = D'astreinte selon le planning lu à { $at }.
why-waived = 🔓 D'astreinte selon le planning lu à { $at } : personne d'autre n'a besoin d'approuver. Hors astreinte, { $rule } demanderait { $count ->
    [one] { $count } approbation
   *[other] { $count } approbations
}.
why-they-nobody = La configuration ne contient aucune règle.
why-they-no-entry = Aucune règle ne parle de cette personne ni de ses rôles.
why-they-lack = Les règles qui parlent de cette personne ne l'incluent pas.
why-they-other-servers = Son droit vaut pour d'autres serveurs.
why-they-unread = Son droit dépend de tags ou de noms qui n'ont pas pu être lus.
why-they-other-channels = Son droit vaut dans { $channels }.
why-they-other-hours = Son droit vaut dans ces plages horaires : { $hours }.
why-they-off-duty = Son droit ne vaut que pendant son astreinte.
why-unread = ⚠️ Les tags et le nom affiché de { $server } sont illisibles pour l'instant : les règles par tag ou par nom ne donnent aucun droit, et les protections comptent.
why-unread-because = ⚠️ { $server } est illisible pour l'instant ({ $said }) : les règles par tag ou par nom ne donnent aucun droit, et les protections comptent.
why-no-protection = 🔓 Personne d'autre n'a besoin d'approuver.
why-protected = 🔐 La règle { $rule } demande l'approbation { $count ->
    [one] d'une autre personne
   *[other] de { $count } autres personnes
}, dans un délai de { $within }.
why-protected-unread = 🔐 La règle { $rule } le couvre peut-être : elle demande donc l'approbation { $count ->
    [one] d'une autre personne
   *[other] de { $count } autres personnes
}, dans un délai de { $within }.
why-code = 🔐 La règle { $rule } exige le second facteur de qui approuve, et de qui passe outre (break-glass)
why-reason = 📝 La règle { $rule } exige un motif conforme à { $pattern }
why-approvers = Peuvent approuver : { $who }
why-nobody-approves = ⚠️ Aucune règle ne permet à quiconque de l'approuver ici. Demandez à l'administrateur du bot.
plan-possible = ✅ Vous pourriez lancer { $action } sur { $server } maintenant.
plan-needs-approval = 🔐 Vous pourriez demander { $action } sur { $server } maintenant ; il faudrait une approbation.
plan-refused = 🚫 Vous ne pourriez pas lancer { $action } sur { $server } maintenant.
plan-calls = Voici exactement ce qui serait demandé à OVHcloud :
plan-free-sessions = Et seulement si la console reste noire et que quelqu'un confirme **Libérer les sessions** :
plan-boots-into = Démarrerait sur { $into }
plan-nothing-changed = 📋 Je n'ai fait que lire ; rien n'a changé.
paused = { $who } a suspendu toute nouvelle opération à { $at } : { $reason }
paused-ways-out = Ce qui est en cours continue. ``/restore`` et les liens fonctionnent comme toujours.
paused-resume = Peuvent reprendre avec ``/admin resume`` : { $who }
pause-done = ⏸️ Toute nouvelle opération est désormais refusée, même après un redémarrage. ``/admin resume`` y met fin.
resume-done = ▶️ Les opérations sont de nouveau acceptées.
resume-nothing = ▶️ Rien n'était suspendu.
too-often-person = Cela fait plus de { $count } par minute. Réessayez { $again }. ``/restore`` et les liens fonctionnent toujours.
too-often-server = { $server } a eu { $count ->
    [one] sa seule opération
   *[other] ses { $count } opérations
} de l'heure. Réessayez { $again }. ``/restore`` et les liens fonctionnent toujours.
refusal-their-roles = Discord ne m'a pas donné les rôles de { $who } à l'instant, ou cette personne n'est pas ici : je ne peux donc rien en dire.

# Guide
command-guide = Que faire en mode rescue, pas à pas
option-topic = Le sujet
button-guide = Guide
button-next = Suivant
button-back = Précédent
help-guide = ``/guide`` explique quoi faire en mode rescue, pas à pas.
guide-title = 📖 **{ $topic }** · { $page }/{ $pages }
guide-placeholder = Un autre sujet
guide-connect = Se connecter
guide-disks = Disques
guide-password = Mot de passe
guide-firewall = Pare-feu
guide-tools = Outils
guide-leave = Quitter le rescue
guide-rdp = **Rescue Windows, par RDP**
    1. Ouvrez le fichier `.rdp` joint à mon message privé, ou connectez votre appli RDP à l'IP du serveur, port 3389.
    2. Utilisateur `Administrator`. Le mot de passe est derrière le lien de ce message.
    3. L'appli met en garde contre le certificat : le rescue a le sien, c'est donc normal.
    Pas encore de réponse ? Comptez jusqu'à quatre minutes après la fin de la tâche OVHcloud.
guide-ssh-windows = **Rescue Windows, par SSH**
    Le serveur SSH de Windows y est actif. Les clés SSH n'y fonctionnent pas : c'est le mot de passe qui est demandé.
guide-ssh-linux = **Rescue Linux, par SSH**
    Si une clé SSH est en place, elle suffit ; sinon, SSH demande le mot de passe, qui est derrière le lien.
guide-host-key = La clé d'hôte n'est pas celle du serveur, attendez-vous donc à un avertissement. Supprimez d'abord l'ancienne clé :
guide-kvm = **L'écran lui-même (KVM)**
    Pour quand le réseau ne répond plus. ``/console`` vous envoie un lien, si le serveur a un KVM.
    • L'écran de connexion permet de choisir une autre langue de clavier.
    • Ses options d'accessibilité offrent un clavier virtuel.
    • L'utilisateur est le même : `Administrator` (Windows) ou `root` (Linux).
guide-what-it-is = **Ce qu'est le rescue Windows**
    Une machine virtuelle, lancée par-dessus le rescue Linux d'OVHcloud.
    • Les disques du serveur lui sont confiés : vous travaillez sur les vrais.
    • Processeur, mémoire, carte réseau et carte RAID, non : vous voyez ceux de la machine virtuelle.
    • Elle a l'adresse IP et l'adresse MAC du serveur.
    • La redémarrer ne fait **pas** quitter le rescue.
guide-disk-management = **Les disques, à la souris**
    1. Clic droit sur Démarrer, *Gestion des disques*.
    2. Le disque 0 est celui du rescue : n'y touchez pas.
    3. Chaque autre disque : clic droit, *En ligne*.
    4. S'il est *Dynamique* ou *Étranger* : clic droit, *Importer des disques étrangers*.
    5. La *resynchronisation* d'un miroir est normale ; vous pouvez travailler pendant ce temps.
    Le Windows du serveur est en général `E:`.
guide-diskpart = **Les disques, au clavier**
    Le numéro est celui du disque dans la liste ; jamais 0, c'est celui du rescue.
guide-diskpart-after = `import` ne concerne que les disques dynamiques. Recommencez pour chaque disque.
guide-look-at-disks = **Les disques dans le rescue Linux**
    Ce qu'il y a, RAID logiciel et LVM assemblés :
guide-mount = Montez celui qu'il vous faut, et démontez-le avant de partir. `md2` est un exemple :
guide-sam = **Mot de passe Windows**
    1. Mettez les disques en ligne, voir *Disques* ; importez-les s'ils forment un RAID logiciel.
    2. Téléchargez un éditeur de SAM, par exemple NTPWEdit, et ouvrez avec lui :
guide-sam-after = 3. Choisissez l'utilisateur, donnez-lui un nouveau mot de passe, enregistrez.
    4. Quittez le rescue avec ``/restore``, puis connectez-vous avec celui-ci.
guide-chntpw = **Mot de passe Windows, depuis le rescue Linux**
    Montez le volume où se trouve Windows ; `sda2` est un exemple. `chntpw` liste les utilisateurs, puis demande quoi faire de l'un d'eux :
guide-chntpw-after = Ensuite `umount /mnt`, puis ``/restore``.
guide-chroot = **Mot de passe Linux**
    Montez le volume du système, voir *Disques* ; `md2` est un exemple. Puis changez-y le mot de passe :
guide-hive = **Pare-feu 1 : ouvrir le registre**
    Hors des guides d'OVHcloud, mais c'est l'usage sous Windows. Mettez d'abord les disques en ligne, voir *Disques*. Dans PowerShell :
guide-hive-after = La dernière ligne affiche un numéro. Si ce n'est pas 1, mettez-le à la place du 1 de `ControlSet001`, page suivante.
guide-firewall-off = **Pare-feu 2 : le désactiver**
    Les trois profils :
guide-unload = **Pare-feu 3 : refermer le registre**
    Sinon, Windows ne démarre pas proprement :
guide-unload-after = Ensuite ``/restore``. Une fois connecté : corrigez la règle et **réactivez le pare-feu**. D'ici là, le serveur est sans protection.
guide-disable-firewall = **Pare-feu sous Linux**
    Hors des guides d'OVHcloud. Il n'est plus lancé au prochain démarrage ; `md2` est un exemple :
guide-disable-firewall-after = Ensuite ``/restore``, corrigez la règle et **réactivez-le**.
guide-windows-tools = **Outils pour le rescue Windows**
    Aucun n'y est installé ; téléchargez-les chez leurs éditeurs.
    • CrystalDiskInfo : l'état des disques
    • 7-Zip : les archives
    • FileZilla : les transferts de fichiers
    • NTPWEdit : les mots de passe Windows
guide-linux-tools = **Outils du rescue Linux**
    Le RAID, la santé d'un disque, et ce qui est plein :
guide-leave-steps = **Quitter le rescue**
    1. Enregistrez, fermez vos fichiers ; sous Linux, démontez.
    2. Appuyez sur **Restaurer maintenant**, ou tapez ``/restore``. Je remets le netboot comme il était, et je redémarre.
    3. Patientez : deux à quatre minutes après la fin de la tâche OVHcloud.
    ⚠️ Redémarrer ou éteindre le rescue lui-même n'en fait pas sortir : le netboot reste tel quel jusqu'à ce que quelqu'un le change.
guide-afterwards = **Après**
    • Les services tournent-ils ? ``/status`` montre ce que voit OVHcloud.
    • Le pare-feu est-il réactivé ?
    • J'efface mon message privé qui contient le lien. Cela ne révoque pas le lien.
    • Votre client SSH avertit une fois de plus, car la clé d'hôte du serveur est de retour.

# Console
command-console = Un lien vers l'écran du serveur (KVM), par message privé
option-minutes = Durée de validité du lien ; 15 minutes sauf indication contraire
option-ip = La seule adresse qui pourra s'en servir : votre propre adresse IPv4 publique
help-console = ``/console`` vous envoie un lien vers l'écran d'un serveur (KVM).
source-console = le KVM d'OVHcloud
state-testing-console = Test de la console
console-test-waits = OVHcloud la teste d'abord. Je demande la console { $until } au plus tard, quel que soit le résultat.
console-test-fails = ⚠️ Le test de la console par OVHcloud a échoué ({ $said }) : elle restera peut-être noire.
state-asking-console = Demande de la console
state-opening-console = Ouverture de la console
outcome-console = Console ouverte
outcome-console-no-link = Console, sans lien
outcome-console-failed = Échec de la console
button-console = Console
button-free-sessions = Libérer les sessions
button-confirm-free-sessions = Confirmer, fermer les sessions
sessions-title = 🔓 **Libérer les sessions de console bloquées**
sessions-lost = ⚠️ Toutes les sessions de console ouvertes sur ce serveur prennent fin, y compris celles des autres. Rien n'est redémarré.
state-freeing-sessions = Libération des sessions de console
state-sessions-unsettled = Sessions de console : pas de réponse, je cherche
outcome-sessions-freed = Sessions de console libérées
outcome-sessions-unknown = Sessions de console : on ne sait pas
outcome-sessions-failed = Sessions de console non libérées
sessions-freed = La tâche OVHcloud est terminée : les sessions de console de ce serveur ont pris fin. **Console** en ouvre une nouvelle.
sessions-unknown = Je n'ai pas eu de réponse, et je ne reconnais aucune tâche OVHcloud comme la mienne : les sessions ont peut-être pris fin. Je ne redemande pas de moi-même. Essayez **Console** ; si elle reste noire, appuyez encore une fois sur **Libérer les sessions**.
sessions-not-freed = Aucune session n'a été fermée. { $said }
card-console = { $kind } · { $minutes } min
console-html5 = L'écran dans le navigateur
console-serial = La ligne série dans le navigateur
console-jnlp = L'écran par une application Java
end-console-delivered = Le lien est dans vos messages privés. Il fonctionne jusqu'à { $until }.
end-console-revealed = Le lien a été montré à la personne qui l'a demandé, et à personne d'autre.
end-console-not-found = La tâche OVHcloud est terminée, mais aucun lien n'est apparu à temps. Redemandez avec ``/console``.
end-console-trouble = Aucun lien n'est apparu à temps. La dernière recherche a échoué : { $said }
end-console-not-taken = Le lien était là, mais personne ne l'a pris, et il ne fonctionne plus. Redemandez avec ``/console``.
end-console-withheld = La console est ouverte, mais { $who } n'a plus droit à son lien : il n'a pas été envoyé.
console-title = 🖥️ La console de { $server } est ouverte ({ $id }).
console-keep = Qui a ce qui suit est comme assis devant la machine : écran, clavier, bouton d'alimentation. Gardez-le pour vous. Il cesse de fonctionner de lui-même, et j'efface alors ce message.
console-until = Elle fonctionne jusqu'à { $until }.
console-only-from = Elle ne s'ouvre que depuis l'adresse { $ip }.
console-link = { $kind } : { $link }
console-link-file = { $kind } : le lien est dans le fichier { $file } ci-dessous, car il est très long.
console-file = { $kind } : ouvrez le fichier { $file } ci-dessous avec Java Web Start.
console-keyboard = Les lettres ne sont pas les bonnes ? Cherchez une langue de clavier, ou un clavier virtuel, dans la console ou sur l'écran de connexion.
console-wiped = 🧹 La console de { $server } est fermée ; ce qui était écrit ici est donc effacé.
reveal-over-console = C'est terminé. ``/console`` en ouvre une autre.
problem-no-console = { $server } n'a pas de console (KVM) que je puisse ouvrir. L'espace client OVHcloud indique ce qu'il propose.
typed-minutes = 1, 3, 5, 10 ou 15.
typed-ip = l'adresse IPv4 publique de l'appareil que vous utiliserez, par exemple 203.0.113.7. Cherchez « mon IP » sur le web depuis cet appareil ; les adresses d'un réseau domestique ou d'entreprise, comme 192.168.1.2, ne comptent pas.
# Ask OVHcloud
button-ask-ovhcloud = Demander à OVHcloud
button-confirm-ticket = Confirmer, envoyer le ticket
help-ticket = **Demander à OVHcloud**, sous ce qui a échoué, ouvre un ticket auprès de son support.
deed-ticket = solliciter le support OVHcloud au sujet de { $server }
state-ticket-sending = Envoi du ticket
state-ticket-unsettled = Recherche du ticket
outcome-ticket = Ticket ouvert
outcome-ticket-unknown = Ticket : on ne sait pas
ticket-title = 🎫 Un ticket auprès du **support OVHcloud**
ticket-exactly = Exactement ceci est envoyé, une seule fois, au nom de votre compte OVHcloud :
ticket-subject-task-failed = { $server } : une tâche a échoué [Bernard { $reference }]
ticket-subject-task-stands = { $server } : une tâche ne se termine pas [Bernard { $reference }]
ticket-subject-not-back = { $server } : ne répond plus après un redémarrage [Bernard { $reference }]
ticket-subject-held = { $server } : bloqué par OVHcloud [Bernard { $reference }]
ticket-task-failed = Votre tâche { $task } s'est terminée avec l'état « { $status } ».
ticket-comment = Son commentaire : { $said }
ticket-task-stands = Votre tâche { $task } ne se termine pas ; son état : « { $status } ».
ticket-not-back = Votre tâche { $task } est terminée, et le serveur ne répond plus depuis.
ticket-held = L'état du serveur est « { $state } ». Que faut-il faire ?
ticket-asked-at = Redémarrage demandé : { $at }
ticket-dark-at = Vu s'éteindre : { $at }
ticket-queries = Identifiants des requêtes : { $queries }
ticket-server = Serveur : { $server }, { $ip }, { $reverse }
ticket-place = Datacentre : { $datacenter }, baie : { $rack }, gamme : { $range }, niveau de support : { $level }
ticket-state = État : { $state }, alimentation : { $power }, système : { $os }
ticket-boot = Démarrage choisi : { $boot }
ticket-care = Monitoring : { $monitoring }, interventions autorisées : { $interventions }
ticket-tasks = Tâches en cours : { $tasks }
ticket-planned = Interventions prévues : { $planned }
ticket-yes = oui
ticket-no = non
ticket-none = aucune
ticket-about = Au sujet de **{ $id }** : { $subject }
ticket-about-server = Au sujet du serveur : { $subject }
ticket-asked = 🎫 Le support OVHcloud a été sollicité : ticket **{ $number }** ({ $id }).
ticket-opened = Ticket **{ $number }** : { $subject }. OVHcloud répond par e-mail et dans son espace client.
ticket-found = La réponse s'est perdue ; je l'ai retrouvé par son objet.
ticket-unknown = J'ai envoyé le ticket { $subject }, je n'ai pas eu de réponse, et je n'en trouve aucun avec cet objet. Il existe peut-être, et je ne l'envoie pas une seconde fois. Cherchez-le dans l'espace client OVHcloud, sous *Support* ; s'il n'y est pas, appuyez encore une fois sur **Demander à OVHcloud**.
ticket-not-sent = Aucun ticket n'a été ouvert. { $said }
ways-support = Seul OVHcloud y peut quelque chose :
ticket-there = Le support OVHcloud a déjà un ticket sur { $server } : **{ $number }** ({ $id }). Écrivez-y ce qui est nouveau.

# Historique
command-history = Qui a fait quoi, le plus récent d'abord, et le tout dans un fichier
option-history-server = Uniquement ce serveur : nom de service, nom affiché, IP ou reverse
option-history-user = Uniquement ce que cette personne a fait ou demandé
help-history = ``/history`` montre qui a fait quoi.
history-title = { $count ->
    [one] 📜 **Historique** · { $count } ligne
   *[other] 📜 **Historique** · { $count } lignes
}
history-none = Rien n'est enregistré à ce sujet que vous puissiez voir.
history-opened = { $who } a demandé { $action } sur { $server } ({ $id })
history-ended = { $server } ({ $id }) : { $outcome }
history-cancelled = { $who } a annulé { $id } sur { $server }
history-again = { $who } a fait redémarrer { $server } une fois de plus ({ $id })
history-dismissed = { $who } a écarté une demande : { $action } sur { $server }
history-refused = { $who } s'est vu refuser { $action }
history-refused-on = { $who } s'est vu refuser { $action } sur { $server }
history-policy = les règles ont été relues
history-started = Bernard a démarré
history-paused = { $who } a suspendu les nouvelles opérations
history-resumed = { $who } autorise à nouveau les opérations
history-again-asked = { $who } a demandé un redémarrage de plus de { $server } ({ $id })
history-left-alone = { $who } a laissé { $server } tel quel ({ $id })
history-approved = { $who } a approuvé { $id } sur { $server }
history-denied = { $who } a refusé { $id } sur { $server }
history-denial-explained = { $who } a expliqué le refus de { $id } sur { $server }
history-withdrawn = { $who } a retiré la demande { $id } sur { $server }
history-revealed = { $who } a affiché le lien vers { $server } ({ $id })
history-right-explained = { $who } a consulté les droits d'une autre personne sur { $server }
history-code-taken = { $who } a donné le code de son second facteur pour { $action } sur { $server }
history-code-refused = { $who } a donné un code faux pour { $action } sur { $server }
history-factor-enrolled = Un second facteur a été ajouté sur la machine
history-factor-removed = Un second facteur a été retiré sur la machine
history-help-asked = { $who } a demandé de l'aide pour { $action }
history-dm-wiped = le message contenant le lien de { $who } a été effacé
history-dm-not-wiped = le message avec le lien de { $who } n'a pas encore pu être effacé : Discord refuse
history-dm-wipe-given-up = le message avec le lien de { $who } n'a pas pu être effacé, et reste affiché
history-lease-extended = { $who } a prolongé le mode rescue de { $server }
history-server-left = { $server } a quitté le compte, et son mode rescue a pris fin
history-rescue-left = { $server } a quitté son rescue sans Bernard
history-rescue-changed = le rescue de { $server } a été changé par d'autres
history-lease-handed-over = { $who } a confié le mode rescue de { $server } à une autre personne
history-lease-handed-to = { $who } a confié le mode rescue de { $server } à { $to }
history-anchored = la dernière ligne du journal d'audit a été publiée dans son salon
history-refusals-lost = trop de refus sont arrivés à la fois : certains ne sont pas enregistrés un par un
history-copy-found = une copie de la base a été remise en place
history-store-moved = les données ont été déplacées vers une autre base
history-superseded = Repris par une autre opération
history-other = une autre version de Bernard a enregistré { $what }
history-file = { $count ->
    [one] La ligne est dans le fichier, avec son empreinte.
   *[other] Les { $count } lignes sont toutes dans le fichier, avec leurs empreintes.
}
history-file-cut = Le fichier contient les { $count } lignes les plus récentes ; { $more } plus anciennes n'y tenaient pas. `bernard audit export` les donne toutes.
history-no-file = Je n'ai pas le droit de joindre des fichiers dans ce salon ; la liste complète n'est donc pas ici.

# Who is on duty
oncall-until = 📟 D'astreinte : { $who }, jusqu'à { $until }
oncall-now = 📟 D'astreinte : { $who }
oncall-nobody = 📟 Personne n'est d'astreinte en ce moment.
oncall-nobody-counts = 📟 { $why }
oncall-next = Ensuite : { $who }, à partir de { $from }
oncall-read = Planning lu { $when }
oncall-unknown = ⚠️ Le planning nomme quelqu'un que la configuration ne connaît pas : { $names }
oncall-trouble = ⚠️ La dernière tentative de lecture a échoué : { $said }
doctor-duty-unknown = 📟 **Le planning d'astreinte ne compte pas : personne n'est d'astreinte**
doctor-duty-trouble = 📟 **Le planning d'astreinte est illisible pour l'instant**
doctor-duty-names = 📟 **Le planning nomme des personnes sans `[[person]]`**
report-title = 📄 { $id } · { $server } · { $state }. Toute son histoire est dans les fichiers.
report-no-file = Je ne peux pas joindre de fichiers ici : tapez la commande dans un salon où je le peux.
report-unknown = Aucune opération { $typed } que vous puissiez voir ici. Son numéro figure sur sa carte, par exemple `R-142`.
report-server = Serveur :
report-asked-by = Demandé par :
report-asked-at = Demandé le :
report-reason = Motif :
report-allowed-by = Autorisé par :
report-protected = Protégé par :
report-approval = { $rule }, approbations requises : { $count }
report-glass = { $rule }, approbations requises : { $count } ; fait sans elles (break-glass)
report-waived = { $rule }, approbations requises : { $count } ; fait sans elles, d'astreinte selon { $reading }
report-steps = Ce qui s'est passé
report-audit = Lignes de l'audit
report-task = tâche { $id }
report-query = requête { $id }
report-opened = Demandé
command-report = Toute l'histoire d'une opération, en fichiers pour un postmortem
option-operation = Son numéro, par exemple R-142
help-report = ``/report`` donne toute l'histoire d'une opération, en fichiers.
report-prepared = Serveur lu, plan établi
report-adopted = Trouvé dans un rescue démarré par quelqu'un d'autre
report-handed-over = Le rescue a un autre responsable
report-impossible = C'est impossible
report-boot-set = Netboot défini et relu
report-setting-refused = Netboot non accepté
report-setting-in-doubt = Un changement de netboot peut encore arriver en retard
report-written-back = Ce qui était là a été réécrit
report-cancel-asked = Annulé avant l'envoi du redémarrage
report-reboot-intended = Le redémarrage allait être envoyé
report-reboot-accepted = OVHcloud a accepté le redémarrage
report-reboot-not-done = Le redémarrage n'a certainement pas eu lieu
report-reboot-unknown = Redémarrage sans réponse
report-task-adopted = Une seule nouvelle tâche trouvée : c'est la nôtre
report-not-settled = Impossible de savoir ce qu'il en est advenu
report-request-logged = Le journal d'OVHcloud contient la requête
report-question-unanswered = Personne n'a répondu à temps à la question
report-others-at-work = D'autres y travaillaient : rien n'a été envoyé
report-again = Nouveau redémarrage décidé
report-again-asked = Nouveau redémarrage demandé
report-approved = Approuvé
report-denied = Refusé
report-denial-explained = Motif du refus
report-withdrawn = Retiré
report-approval-expired = Pas assez d'approbations à temps
report-left-alone = Laissé tel quel
report-put-back = Ce qui avait été défini a été rétabli
report-not-put-back = Ce qui avait été défini n'a pas été rétabli
report-task-seen = Tâche OVHcloud
report-task-vanished = OVHcloud ne liste plus la tâche
report-task-stands = La tâche n'est pas terminée dans le temps prévu
report-standing-unanswered = Personne n'a réagi à temps
report-hindered = Empêché
report-unhindered = Reprise
report-longer = Plus long que d'habitude
report-rescue-found = Le serveur est en rescue
report-console-found = Le serveur a une console
report-console-test-asked = Test de la console demandé
report-console-tested = Test de la console terminé
report-console-asked = Session demandée
report-console-opened = Session ouverte
report-ticket-prepared = La personne qui demande le ticket en a le droit
report-ticket-intended = Le ticket allait être envoyé
report-ticket-opened = OVHcloud a ouvert le ticket
report-ticket-not-done = Le ticket n'a certainement pas été ouvert
report-ticket-unknown = Ticket sans réponse
report-ticket-found = Ticket trouvé
report-ticket-not-found = Ticket non trouvé
report-sessions-prepared = La personne qui demande la fin des sessions en a le droit
report-sessions-intended = La fin des sessions allait être demandée
report-sessions-accepted = OVHcloud a accepté la fin des sessions
report-sessions-not-done = Les sessions n'ont certainement pas été fermées
report-sessions-unknown = Fin des sessions sans réponse
report-port-closed = Le port ne répond plus
report-port-open = Le port répond
report-power = Alimentation
report-delivery = Lien trouvé, message privé envoyé
report-delivered = Message privé reçu
report-dm-closed = Message privé non accepté
report-revealed = Lien montré à la personne qui l'a demandé
report-link-not-found = Aucun lien trouvé
report-link-given-up = Personne n'a pris le lien
report-link-withheld = Lien retenu : le droit n'existe plus
report-watched = Machine observée assez longtemps, ou revenue
report-expired = Accepté depuis trop longtemps pour commencer
report-faulted = Une étape de Bernard a échoué et est retentée
report-copy = La base s'est révélée être une copie : doute
report-superseded = Une autre opération a pris le serveur
report-lease-extended = Le rescue a reçu plus de temps
report-rescue-changed = D'autres ont changé quelque chose au rescue
report-rescue-left = Le serveur a quitté le rescue sans moi
report-server-left = Le serveur a quitté le compte
report-rescue-over = Fin du rescue, { $how }

# Alertes des machines
button-alert-reboot = Redémarrer…
button-alert-rescue = Rescue…
button-alert-console = Console…
button-alert-status = État
button-not-now = Pas maintenant
alert-firing = 🔔 **Alerte** · { $server } · { $summary }
alert-over = ✅ **Terminé** · { $server } · { $summary }
alert-quiet = 🔕 **Pas maintenant** · { $server } · { $summary }
alert-replaced = ⏭️ **Alerte, sur une carte plus récente** · { $server } · { $summary }
alert-from = De { $source }, depuis { $when }
alert-counts = { $alerts } alertes, dont { $firing } toujours actives ; reçues { $heard } fois
alert-heard = Reçue { $heard } fois
alert-quieted-by = { $who } a dit **Pas maintenant** : silence jusqu'à { $until }
alert-over-since = Terminé depuis { $when }
alert-newer-card = Plus rien pendant un jour ; il y a une carte plus récente.
alert-is-quiet = 🔕 Silence jusqu'à { $until }. Ce qui sera encore actif alors donnera une nouvelle carte.
refusal-alert-over = Ces alertes sont terminées, ou en silence : une ancienne carte ne lance plus rien. Si vous le voulez quand même, tapez { $command }.
history-alerts-quieted = { $who } a dit **Pas maintenant** aux alertes de { $server }
doctor-alerts-unknown = 🟠 **Alertes de serveurs que je ne connais pas** (vérifiez `server_from`)
doctor-alerts-clock = 🟠 **L'horloge de qui envoie les alertes n'est pas la mienne** (vérifiez NTP des deux côtés)
doctor-alerts-times = { $name } ×{ $count }, la dernière { $when }
doctor-alerts-nameless = sans nom
