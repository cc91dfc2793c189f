"""Other people's clients of OpenAI's interface, unmodified: each in a process of its own, with its own packages."""
import json
import os
import pathlib
import subprocess

import pytest

TOP = pathlib.Path(__file__).parents[2]
PYTHON = TOP / "var/test-clients/bin/python"
MODEL = "demo-small"

LANGCHAIN = """
import json, pydantic
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
chat = ChatOpenAI(model="demo-small", max_retries=0)
whole = chat.invoke("Why does water find the lowest point?")
pieces = list(chat.stream("Why does water find the lowest point?"))

class Town(pydantic.BaseModel):
    "A town."
    name: str
    people: int

print(json.dumps({
    "whole": whole.content, "used": whole.usage_metadata["total_tokens"],
    "streamed": "".join(piece.content for piece in pieces),
    "town": chat.with_structured_output(Town, method="function_calling").invoke("Please use Town.").model_dump(),
}))
"""

INSTRUCTOR = """
import json, instructor, openai, pydantic
class Town(pydantic.BaseModel):
    name: str
    people: int
client = instructor.from_openai(openai.OpenAI(max_retries=0))
town = client.chat.completions.create(
    model="demo-small", response_model=Town, max_retries=0, messages=[{"role": "user", "content": "Please use Town."}])
print(json.dumps(town.model_dump()))
"""


@pytest.fixture(scope="module")
def asker(house, admin):
    assert PYTHON.exists(), "make test installs the clients"
    person = house.add_person(admin.make_tier())
    return person, house.key(person.email)


def run(asker, *command, **environment):
    person, key = asker
    said = subprocess.run(
        command, capture_output=True, text=True, timeout=120,
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "OPENAI_API_KEY": key,
             "OPENAI_BASE_URL": person.house.address + "/v1", "OPENAI_API_BASE": person.house.address + "/v1", **environment})
    assert said.returncode == 0, said.stderr
    return said.stdout


def test_langchain_openai(asker):
    said = json.loads(run(asker, PYTHON, "-c", LANGCHAIN))
    assert said["whole"] == said["streamed"] and isinstance(said["town"]["people"], int)
    rows = asker[0].usage()[-3:]
    assert rows[0]["prompt_tokens"] + rows[0]["completion_tokens"] == said["used"]
    assert all(row["source"] == "reported" for row in rows)


def test_instructor(asker):
    before = len(asker[0].usage())
    said = json.loads(run(asker, PYTHON, "-c", INSTRUCTOR))
    assert isinstance(said["people"], int) and len(asker[0].usage()) == before + 1


def test_llm(asker, tmp_path):
    (tmp_path / "extra-openai-models.yaml").write_text(
        f"- model_id: sluice\n  model_name: {MODEL}\n  api_base: {asker[0].house.address}/v1\n  api_key_name: sluice\n")
    (tmp_path / "keys.json").write_text(json.dumps({"sluice": asker[1]}))
    before = len(asker[0].usage())
    for option in ["--no-stream", "--no-log"]:
        said = run(
            asker, PYTHON, "-m", "llm", "prompt", "-m", "sluice", option, "Why does water flow?",
            LLM_USER_PATH=str(tmp_path))
        assert len(said) > 20
    rows = asker[0].usage()[before:]
    assert len(rows) == 2 and all(row["source"] == "reported" for row in rows)
