"""A peer of the bench `push`: sends COUNT notices to the server on PORT. usage: peers.py KIND PORT COUNT FOLDER

Prints how many arrived, the seconds it took and the seconds of processor time. Only huey keeps its notices on disk.
"""
import asyncio, logging, os, sys, time

logging.disable(logging.CRITICAL)
kind, port, count, folder = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
TOKEN = "123456789:AAF7-g0gYncWnm5IyfZlpPRqRRv6kNAGlao"
TEXT = "【村响】今天下午三点在村委会召开护林防火会议，请每户派一人参加。"
arrived = 0


def begin():
    global wall, cpu
    wall, cpu = time.perf_counter(), time.process_time()


async def telegram(in_flight):
    from telegram import Bot
    from telegram.request import HTTPXRequest

    pool = HTTPXRequest(connection_pool_size=in_flight)
    async with Bot(TOKEN, base_url=f"http://127.0.0.1:{port}/bot", request=pool) as bot:
        left = iter(range(count))
        begin()

        async def send():
            global arrived
            for _ in left:
                await bot.send_message(chat_id=-100, text=TEXT)
                arrived += 1

        await asyncio.gather(*[send() for _ in range(in_flight)])


if kind == "apprise":
    import apprise

    robot = apprise.Apprise()
    robot.add(f"json://127.0.0.1:{port}/bot")
    robot.notify(body="warm", title="x")
    begin()
    for _ in range(count):
        arrived += bool(robot.notify(body=TEXT, title="村响"))
elif kind == "telegram":
    asyncio.run(telegram(1))
elif kind == "telegram-32":
    asyncio.run(telegram(32))
elif kind == "huey":
    import requests
    from huey import SqliteHuey

    huey = SqliteHuey(filename=os.path.join(folder, "huey.db"), fsync=True, results=False)
    session = requests.Session()

    @huey.task()
    def send(text):
        global arrived
        body = {"chat_id": -100, "text": text}
        arrived += session.post(f"http://127.0.0.1:{port}/bot{TOKEN}/sendMessage", json=body).status_code == 200

    begin()
    for _ in range(count):
        send(TEXT)
    while (task := huey.dequeue()) is not None:
        huey.execute(task)
else:
    sys.exit(f"no such peer: {kind}")
print(arrived, time.perf_counter() - wall, time.process_time() - cpu)
