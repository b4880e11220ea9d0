// discord.js against the simulated Discord: connects, registers commands, answers them, edits, sends a DM.
// Exits non-zero, and says what disagreed, otherwise. Needs the package `discord.js`:
//
//     node discord_js.mjs URL TOKEN

import {
  ActionRowBuilder,
  ButtonBuilder,
  ButtonStyle,
  Client,
  ContainerBuilder,
  Events,
  GatewayIntentBits,
  MessageFlags,
  SlashCommandBuilder,
  TextDisplayBuilder,
  version,
} from "discord.js";

const [url, token] = process.argv.slice(2);
const GUILD = "100000000000000001";
const OPS = "500000000000000001";
const PATIENCE = 60_000; // milliseconds for the whole story

function expect(what, condition) {
  if (!condition) throw new Error(what);
}

async function tell(what, body) {
  const answer = await fetch(`${url}/_sim/${what}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  expect(`${what} is possible: ${answer.status} ${text}`, answer.status === 200);
  return JSON.parse(text);
}

const status = new SlashCommandBuilder()
  .setName("status")
  .setDescription("State of a server")
  .addStringOption((option) => option.setName("server").setDescription("Which").setRequired(true).setAutocomplete(true))
  .addUserOption((option) => option.setName("user").setDescription("Whose"));
const slow = new SlashCommandBuilder().setName("slow").setDescription("An answer that takes its time");

/** A line with its button beside it, in a container. */
function card(line) {
  return new ContainerBuilder()
    .setAccentColor(0x3ba55d)
    .addSectionComponents((section) => section
      .addTextDisplayComponents((text) => text.setContent(line))
      .setButtonAccessory((button) => button.setCustomId("restore:1").setLabel("Restore…").setStyle(ButtonStyle.Secondary)))
    .addSeparatorComponents((separator) => separator.setDivider(true))
    .addTextDisplayComponents((text) => text.setContent("-# small print"));
}

async function answer(interaction) {
  if (interaction.isAutocomplete()) {
    const typed = interaction.options.getFocused();
    const names = ["web-1", "web-2", "db-1"].filter((name) => name.includes(typed));
    await interaction.respond(names.map((name) => ({ name, value: name })));
  } else if (interaction.isButton() && interaction.customId === "restore:1") {
    await interaction.update({ components: [new TextDisplayBuilder().setContent(`asked by ${interaction.user.username}`)] });
  } else if (interaction.isButton()) {
    await interaction.update({ content: `confirmed by ${interaction.user.username}`, components: [] });
  } else if (interaction.commandName === "status") {
    const button = new ButtonBuilder().setCustomId("confirm:1").setLabel("Confirm").setStyle(ButtonStyle.Danger);
    const whose = interaction.options.getUser("user");
    await interaction.reply({
      content: `${interaction.options.getString("server")} is well, says ${whose?.username}`,
      flags: MessageFlags.Ephemeral,
      components: [new ActionRowBuilder().addComponents(button)],
    });
  } else {
    await interaction.deferReply({ flags: MessageFlags.Ephemeral });
    await interaction.editReply("at last");
    await interaction.followUp({ content: "and one more", flags: MessageFlags.Ephemeral });
  }
}

async function story(client) {
  const guild = await client.guilds.fetch(GUILD);
  const registered = await guild.commands.set([status, slow]);
  expect("two commands are registered", registered.size === 2);

  const offered = await tell("autocomplete", { person: "bea", command: "status", option: "server", partial: "we" });
  expect("autocomplete offers two", offered.choices.length === 2);

  const done = await tell("slash", { person: "bea", command: "status", options: { server: "web-1", user: "bea" } });
  const first = done.messages[0];
  expect("the answer is ephemeral", first.ephemeral && first.content === "web-1 is well, says bea");
  const pressed = await tell("press", { person: "bea", message: first.id, label: "Confirm" });
  expect("the press edits", pressed.messages[0].content === "confirmed by bea");

  const late = await tell("slash", { person: "bea", command: "slow" });
  expect("the late answer arrives", late.messages[0].content === "at last");

  const channel = await client.channels.fetch(OPS);
  const message = await channel.send({ content: "one", files: [{ attachment: Buffer.from("body"), name: "one.txt" }] });
  await message.edit("two");
  const again = await channel.messages.fetch({ message: message.id, force: true });
  const file = await (await fetch(again.attachments.first().url)).text();
  expect("the edit and the file are there", again.content === "two" && file === "body");
  await message.delete();

  const laidOut = await channel.send({ flags: MessageFlags.IsComponentsV2, components: [card("`web-1` is in rescue")] });
  expect("a container keeps its colour", laidOut.components[0].accentColor === 0x3ba55d);
  const beside = await tell("press", { person: "bea", message: laidOut.id, label: "Restore…" });
  expect("a button beside a line is pressed", beside.messages[0].text === "asked by bea");
  const back = await laidOut.edit({ content: "text" }).then(() => null, (error) => error);
  expect("a container never becomes text", back?.status === 400 && back?.code === 50035);
  await laidOut.delete();

  const members = await guild.members.fetch({ user: "200000000000000001", force: true });
  const dm = await members.send("a word in private");
  expect("the DM is a DM", dm.channel.isDMBased());
  const refused = await channel.send("x".repeat(2001)).then(() => null, (error) => error);
  expect("too long is refused as Discord does", refused?.status === 400 && refused?.code === 50035);
}

const client = new Client({ intents: [GatewayIntentBits.Guilds], rest: { api: `${url}/api` } });
let broken = null;
client.on(Events.InteractionCreate, (interaction) => answer(interaction).catch((error) => (broken ??= error)));
client.on(Events.Error, (error) => (broken ??= error));
setTimeout(() => {
  console.error("disagrees: the story never ended");
  process.exit(1);
}, PATIENCE).unref();
try {
  const ready = new Promise((resolve) => client.once(Events.ClientReady, resolve));
  await client.login(token);
  await ready;
  await story(client);
  if (broken) throw broken;
  console.log(`discord.js ${version} agrees`);
} catch (error) {
  console.error(`disagrees: ${error.message}`, broken ?? "");
  process.exitCode = 1;
} finally {
  await client.destroy();
}
