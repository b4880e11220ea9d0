// Everything the page itself says, in English and French. What the bot says comes from the bot.

const WORDS = {
  en: {
    page: "Bernard · demo", channels: "Channels", messages: "Direct messages",
    guild: "Night shift", back: "Back to the channels", message: "Message", send: "Send", log: "Messages",
    you: "You are", change: "Change person or DM setting", people: "Who are you?", close: "Close",
    dms: "Direct messages from the server's members", dmsOpen: "open", dmsClosed: "closed",
    dmsHelp: "Closed, as many people have it: then the link cannot come by DM.",
    oncall: "on call: may do what is needed", viewer: "support: may look", approver: "lead: approves what others ask for",
    french: "on call, and reads French",
    welcome: (name) => `Welcome to #${name}!`, welcomeText: "This is the beginning of the channel. The bot is real, the servers are not. Try:",
    welcomeDm: "Whatever Bernard has for you alone comes here.", welcomeOther: "Commands are taken in #ops.",
    app: "APP", apps: "Apps: commands for this message", used: "used", thinking: "is thinking…", sending: "Sending command…",
    failedCommand: "The application did not respond", failedPress: "This interaction failed",
    onlyYou: "Only you can see this", dismiss: "Dismiss message", edited: "(edited)", offline: "offline", online: "online",
    download: "Download", newMessage: "New message", commands: "Commands",
    add: "Add", leaveCommand: "Leave the command", noChoices: "Nothing fits",
    notAnswering: "Loading options failed", required: "Say this first:", notHere: "No commands here. Write them in #ops.",
    choose: "Choose", submit: "Submit", cancel: "Cancel", typing: "is typing…", rang: "Rang your phone", silent: "Silent: rang no phone",
    menuHelp: "Enter sends your choice",
    replyTo: "In answer to", replyGone: "Original message was deleted", needed: "required",
    length: (least, most) => (least > 0 ? `${least} to ${most} characters` : `Up to ${most} characters`), lostServer: "The demo does not answer. If it has ended, start it again: bernard demo",
    trouble: "Make trouble", serversTitle: "Servers", calls: "Calls as they come", mails: "Mails",
    running: "The bot's process runs", dead: "The bot is dead; it starts again in a moment", kill: "Kill and restart the bot",
    killHelp: "A real kill -9, in the middle of whatever it does.",
    monitoring: "Monitoring says", "answers-no-more": "web-2 stops answering", "answers-again": "web-2 answers again",
    monitoringHelp: "It proposes: a card comes to #ops, and nothing is done to the server.",
    "lose-reboot": "Lose the answer to the next reboot", "lose-next": "Lose the next answer", "fail-task": "Fail the next task",
    "stuck-task": "The next task never ends", slow: "Slow: two seconds more", unavailable: "Every call fails (503)",
    "expired-key": "The key has expired", "set-script": "web-1 starts its own boot script",
    troubleHelp: "The first three happen once, the others until you take them back.",
    installed: "its own system", "windows-rescue": "Windows rescue", "linux-rescue": "Linux rescue", dark: "restarting",
    off: "off", "ipxe-shell": "iPXE shell", "boot-script": "its own boot script", boots: "Boots next", nothing: "nothing set",
    reboots: (count) => `${count === 1 ? "1 reboot" : `${count} reboots`} by the bot`, protected: "protected",
    noAnswer: "no answer", noCalls: "No calls yet", noMails: "No mails yet", inAll: (count) => `${count} in all`,
    secretTitle: "Here OVHcloud shows a secret once you ask for it",
    secretAbout: "This page stands for OVHcloud's own. Bernard only has the link; the password was never in its hands.",
    secretShow: "Show the password", secretGone: "There is no such secret.",
    screenTitle: "Here OVHcloud shows the server's screen", screenAbout: "This page stands for OVHcloud's KVM: whoever has the link sits at the machine, until its minutes are over.",
  },
  fr: {
    page: "Bernard · démo", channels: "Salons", messages: "Messages privés",
    guild: "Équipe de nuit", back: "Retour aux salons", message: "Envoyer un message dans", send: "Envoyer", log: "Messages",
    you: "Vous êtes", change: "Changer de personne ou de réglage des MP", people: "Qui êtes-vous ?", close: "Fermer",
    dms: "Messages privés des membres du serveur", dmsOpen: "ouverts", dmsClosed: "fermés",
    dmsHelp: "Fermés, comme chez beaucoup : le lien ne peut alors pas arriver en MP.",
    oncall: "d'astreinte : peut faire le nécessaire", viewer: "support : peut regarder",
    approver: "responsable : approuve ce que d'autres demandent", french: "d'astreinte, et lit le français",
    welcome: (name) => `Bienvenue dans #${name} !`, welcomeText: "C'est le début du salon. Le bot est vrai, les serveurs non. Essayez :",
    welcomeDm: "Ce que Bernard a pour vous seul arrive ici.", welcomeOther: "Les commandes se donnent dans #ops.",
    app: "APP", apps: "Applications : commandes pour ce message", used: "a utilisé", thinking: "réfléchit…", sending: "Envoi de la commande…",
    failedCommand: "L'application ne répond plus", failedPress: "Échec de l'interaction",
    onlyYou: "Vous seul pouvez voir ce message", dismiss: "Masquer le message", edited: "(modifié)", offline: "hors ligne",
    online: "en ligne", download: "Télécharger", newMessage: "Nouveau message", commands: "Commandes",
    add: "Ajouter", leaveCommand: "Quitter la commande",
    noChoices: "Rien ne correspond", notAnswering: "Échec du chargement des options", required: "À remplir d'abord :",
    notHere: "Pas de commandes ici. Écrivez-les dans #ops.", choose: "Choisir", submit: "Envoyer", cancel: "Annuler",
    typing: "est en train d'écrire…", rang: "A fait sonner votre téléphone", silent: "Silencieux : n'a fait sonner aucun téléphone",
    menuHelp: "Entrée envoie votre choix", replyTo: "En réponse à", replyGone: "Le message d'origine a été supprimé", needed: "obligatoire",
    length: (least, most) => (least > 0 ? `De ${least} à ${most} caractères` : `${most} caractères au plus`),
    lostServer: "La démo ne répond pas. Si elle est arrêtée, relancez-la : bernard demo", trouble: "Semer la pagaille", serversTitle: "Serveurs",
    calls: "Les appels, à mesure qu'ils arrivent", mails: "E-mails", running: "Le processus du bot tourne",
    dead: "Le bot est mort ; il redémarre dans un instant", kill: "Tuer et relancer le bot",
    killHelp: "Un vrai kill -9, au milieu de ce qu'il fait.",
    monitoring: "La supervision dit", "answers-no-more": "web-2 ne répond plus", "answers-again": "web-2 répond de nouveau",
    monitoringHelp: "Elle propose : une carte arrive dans #ops, et rien n'est fait au serveur.",
    "lose-reboot": "Perdre la réponse au prochain redémarrage", "lose-next": "Perdre la prochaine réponse",
    "fail-task": "Faire échouer la prochaine tâche", "stuck-task": "La prochaine tâche ne finit jamais",
    slow: "Lenteur : deux secondes de plus", unavailable: "Tout appel échoue (503)", "expired-key": "La clé a expiré",
    "set-script": "web-1 démarre sur son propre script",
    troubleHelp: "Les trois premiers arrivent une fois, les autres jusqu'à ce que vous les retiriez.",
    installed: "son propre système", "windows-rescue": "rescue Windows", "linux-rescue": "rescue Linux", dark: "redémarre",
    off: "éteint", "ipxe-shell": "shell iPXE", "boot-script": "son propre script de démarrage", boots: "Démarrera sur", nothing: "rien de défini",
    reboots: (count) => `${count > 1 ? `${count} redémarrages` : `${count} redémarrage`} par le bot`,
    protected: "protégé", noAnswer: "sans réponse", noCalls: "Aucun appel", noMails: "Aucun e-mail",
    inAll: (count) => `${count} en tout`, secretTitle: "Ici, OVHcloud montre un secret à qui le demande",
    secretAbout: "Cette page tient lieu de celle d'OVHcloud. Bernard n'a que le lien ; le mot de passe n'est jamais passé par lui.",
    secretShow: "Afficher le mot de passe", secretGone: "Ce secret n'existe pas.",
    screenTitle: "Ici, OVHcloud montre l'écran du serveur", screenAbout: "Cette page tient lieu du KVM d'OVHcloud : qui a le lien est comme assis devant la machine, jusqu'à la fin de ses minutes.",
  },
};

let language = "en";

/** From now on the page speaks the language of this locale. */
export function speak(locale) {
  language = locale.startsWith("fr") ? "fr" : "en";
  document.documentElement.lang = language;
}

/** A sentence, with what belongs into it. */
export function say(key, ...parts) {
  const words = WORDS[language][key];
  return typeof words === "function" ? words(...parts) : words ?? key;
}

/** The language spoken, for dates and numbers. */
export function spoken() {
  return language === "fr" ? "fr-FR" : "en-GB";
}
