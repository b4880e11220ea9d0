"""discord.py against the simulated Discord: connects, registers commands, answers them, edits, sends a DM.

Exits non-zero, and says what disagreed, otherwise. Needs the package `discord.py`:

    python discord_py.py URL TOKEN
"""

import asyncio
import io
import logging
import sys

import aiohttp
import discord
import yarl
from discord import app_commands

URL, TOKEN = sys.argv[1], sys.argv[2]
GUILD = discord.Object(100000000000000001)
OPS = 500000000000000001
PATIENCE = 20.0  # seconds that any condition is waited for

discord.utils.setup_logging(level=logging.ERROR)
discord.http.Route.BASE = f"{URL}/api/v10"
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(URL.replace("http", "ws", 1))


def expect(what, condition):
    if not condition:
        raise AssertionError(what)


class Buttons(discord.ui.View):
    @discord.ui.button(label="Confirm", style=discord.ButtonStyle.danger, custom_id="confirm:1")
    async def confirm(self, interaction, _button):
        await interaction.response.edit_message(content=f"confirmed by {interaction.user.name}", view=None)


class Restore(discord.ui.Button):
    def __init__(self):
        super().__init__(label="Restore…", custom_id="restore:1")

    async def callback(self, interaction):
        await interaction.response.send_message(f"asked by {interaction.user.name}", ephemeral=True)


class Card(discord.ui.LayoutView):
    """A line with its button beside it, in a container."""

    def __init__(self, line):
        super().__init__(timeout=None)
        section = discord.ui.Section(line, accessory=Restore())
        words = discord.ui.TextDisplay("-# small print")
        self.add_item(discord.ui.Container(section, discord.ui.Separator(), words, accent_colour=0x3BA55D))


class Client(discord.Client):
    def __init__(self):
        super().__init__(intents=discord.Intents(guilds=True))
        self.tree = app_commands.CommandTree(self)
        self.seen_guild = asyncio.Event()

    async def setup_hook(self):
        self.tree.add_command(status, guild=GUILD)
        self.tree.add_command(slow, guild=GUILD)
        registered = await self.tree.sync(guild=GUILD)
        expect("two commands are registered", sorted(c.name for c in registered) == ["slow", "status"])

    async def on_guild_available(self, _guild):
        self.seen_guild.set()

    async def on_ready(self):
        self.seen_guild.set()


async def servers(_interaction, current):
    return [app_commands.Choice(name=name, value=name) for name in ("web-1", "web-2", "db-1") if current in name]


@app_commands.command(description="State of a server")
@app_commands.autocomplete(server=servers)
async def status(interaction: discord.Interaction, server: str, minutes: int = 5):
    expect("the guild comes along", interaction.guild_id == GUILD.id)
    expect("the member comes along", isinstance(interaction.user, discord.Member))
    await interaction.response.send_message(f"{server} is well, {minutes} min", ephemeral=True, view=Buttons())


@app_commands.command(description="An answer that takes its time")
async def slow(interaction: discord.Interaction):
    await interaction.response.defer(ephemeral=True)
    await interaction.edit_original_response(content="at last")
    await interaction.followup.send("and one more", ephemeral=True)


async def tell(what, body):
    async with aiohttp.ClientSession() as session:
        async with session.post(f"{URL}/_sim/{what}", json=body) as answer:
            expect(f"{what} is possible: {answer.status} {await answer.text()}", answer.status == 200)
            return await answer.json()


async def story(client):
    await asyncio.wait_for(client.seen_guild.wait(), PATIENCE)
    guild = client.get_guild(GUILD.id)
    expect("the guild is cached with its channels", guild is not None and guild.get_channel(OPS) is not None)

    offered = await tell("autocomplete", {"person": "ann", "command": "status", "option": "server", "partial": "we"})
    expect("autocomplete offers two", [c["value"] for c in offered["choices"]] == ["web-1", "web-2"])

    done = await tell("slash", {"person": "ann", "command": "status", "options": {"server": "web-1", "minutes": "7"}})
    answer = done["messages"][0]
    expect("the answer is ephemeral", answer["ephemeral"] and answer["content"] == "web-1 is well, 7 min")
    pressed = await tell("press", {"person": "ann", "message": answer["id"], "label": "Confirm"})
    expect("the press edits", pressed["messages"][0]["content"] == "confirmed by ann")

    done = await tell("slash", {"person": "ann", "command": "slow"})
    expect("the late answer arrives", done["messages"][0]["content"] == "at last")

    channel = await client.fetch_channel(OPS)
    message = await channel.send("one", file=discord.File(io.BytesIO(b"body"), "one.txt"))
    await message.edit(content="two")
    again = await channel.fetch_message(message.id)
    expect("the edit and the file are there", again.content == "two" and await again.attachments[0].read() == b"body")
    expect("history lists it", [m.id async for m in channel.history(limit=1)] == [message.id])
    await message.edit(content=None, attachments=[], view=Card("`web-1` is in rescue"))
    again = await channel.fetch_message(message.id)
    container = again.components[0]
    expect("text became a container", again.content == "" and again.flags.components_v2)
    expect("it has its colour", container.accent_colour == discord.Colour(0x3BA55D))
    expect("and its line", container.children[0].children[0].content == "`web-1` is in rescue")
    pressed = await tell("press", {"person": "ann", "message": str(message.id), "label": "Restore…"})
    expect("a button beside a line is pressed", pressed["messages"][0]["content"] == "asked by ann")
    try:
        await client.http.edit_message(OPS, message.id, params=discord.http.handle_message_parameters(content="text"))
    except discord.HTTPException as error:
        expect("a container never becomes text", error.status == 400 and error.code == 50035)
    else:
        raise AssertionError("a container became text")
    await message.delete()

    member = await guild.fetch_member(200000000000000001)
    dm = await member.send("a word in private")
    expect("the DM is a DM", isinstance(dm.channel, discord.DMChannel))
    try:
        await channel.send("x" * 2001)
    except discord.HTTPException as error:
        expect("too long is refused as Discord does", error.status == 400 and error.code == 50035)
    else:
        raise AssertionError("2,001 characters were taken")


async def main():
    client = Client()
    running = asyncio.create_task(client.start(TOKEN))
    telling = asyncio.create_task(story(client))
    done, _ = await asyncio.wait({running, telling}, timeout=3 * PATIENCE, return_when=asyncio.FIRST_COMPLETED)
    try:
        expect("the story ends", telling in done)
        telling.result()
    finally:
        if running.done() and running.exception():
            print(running.exception(), file=sys.stderr)
        await client.close()
    print(f"discord.py {discord.__version__} agrees")


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except AssertionError as error:
        sys.exit(f"disagrees: {error}")
