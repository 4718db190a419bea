"""The API's own document: valid, whole, and a page that needs nothing from elsewhere."""

import re

from tests.service.web.world import Json, World


async def document(world: World) -> Json:
    answer = await world.http.get("/schema/openapi.json")
    found: Json = answer.json()
    return found


async def test_the_document_is_valid_openapi(still: World) -> None:
    from openapi_spec_validator import validate  # noqa: PLC0415 - slow to load, and used here alone

    validate(await document(still))


async def test_every_operation_says_what_it_does_and_how_it_refuses(still: World) -> None:
    paths = (await document(still))["paths"]
    api = {path: item for path, item in paths.items() if path.startswith("/api/v1")}
    assert len(api) > 30
    ids = []
    for path, item in api.items():
        for method, operation in item.items():
            where = f"{method} {path}"
            assert operation["summary"], where
            assert operation["tags"], where
            assert operation["security"] == [{"token": []}], where
            assert {"401", "403", "422", "503"} <= set(operation["responses"]), where
            assert "400" not in operation["responses"], where
            ids.append(operation["operationId"])
            if method in {"post", "put"} and not path.endswith(("/replay", "/verify", "/link")):
                assert operation["requestBody"]["content"], where
    assert len(ids) == len(set(ids))


async def test_a_case_is_documented_member_by_member(still: World) -> None:
    schemas = (await document(still))["components"]["schemas"]
    case = next(schema for name, schema in schemas.items() if name.endswith("CaseView"))
    assert {
        "id", "source", "ticket", "account", "plan", "severity", "state", "owner",
        "acting_region", "clocks", "pages", "wake_at", "policy_version", "engineering",
    } <= set(case["properties"])  # fmt: skip


async def test_what_the_api_answers_is_what_it_documents(still: World) -> None:
    found = await document(still)
    name = await still.ticket("documented", priority="urgent")
    case = await still.get(f"/cases/{name}")
    schemas = found["components"]["schemas"]
    schema = next(s for key, s in schemas.items() if key.endswith("CaseView"))
    assert set(case) <= set(schema["properties"])
    assert set(schema["required"]) <= set(case)


async def test_the_page_needs_nothing_from_elsewhere(still: World) -> None:
    answer = await still.http.get("/schema")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert not re.search(r"(src|href)=[\"'](https?:)?//", answer.text)
    assert "<script" not in answer.text
    assert "<code>items</code>" in answer.text
    assert "`" not in answer.text
    assert "/api/v1/cases/{case}/acknowledge" in answer.text
    for wanted in re.findall(r'href="#([^"]+)"', answer.text):
        assert f'id="{wanted}"' in answer.text
