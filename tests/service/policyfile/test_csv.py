"""A directory as CSV: people or accounts, by the header."""

import pytest

from routing.language.problems import DirectoryErrors
from routing.people import Contact, ContactMethod
from service.policyfile.load import read_directory

PEOPLE = """id,name,email,roles,time_zone,skills,sms,voice,verified
anna,"Lind, Anna",anna@support.example,responder;manager,Europe/Stockholm,senior; sso,+46 70 174 06 05,+46701740605,yes
ben,Ben Okafor,,,,,,,
"""  # noqa: E501 - a line is a person
ACCOUNTS = """id,name,plan,region,domains,external_ids.zendesk,pin,language,contact_name,contact_email,contact_language
acme,Acme Corp,premier,amer,acme.example;acme.test,4112492,0815,en,Ada Byron,ada@acme.example,de-AT
"""  # noqa: E501 - a line is an account


def test_people() -> None:
    people = read_directory(f"\ufeff{PEOPLE}", "people.CSV").people
    anna = people["anna"]
    assert (anna.name, anna.roles, anna.skills) == (
        "Lind, Anna", frozenset({"responder", "manager"}), frozenset({"senior", "sso"}),
    )  # fmt: skip
    assert anna.contact_methods == (
        ContactMethod("sms", "sms", "+46701740605", verified=True),
        ContactMethod("voice", "voice", "+46701740605", verified=True),
    )
    assert (people["ben"].contact_methods, people["ben"].time_zone) == ((), "UTC")


def test_accounts() -> None:
    acme = read_directory(ACCOUNTS.replace("\n", "\r\n"), "accounts.csv").accounts["acme"]
    assert (acme.plan, acme.pin, acme.domains) == ("premier", "0815", ("acme.example", "acme.test"))
    assert acme.external_ids == {"zendesk": "4112492"}
    assert acme.contacts == (Contact("Ada Byron", "ada@acme.example", language="de-AT"),)
    assert acme.language == "en"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "f.csv:1:1: the first line names the columns"),
        ("name\nAnna", "`id` must be among them"),
        ("id,nam\na,b", "f.csv:1:1: nam: there is no such column for people; did you mean name?"),
        ("id,name,id\na,b,c", "id: this column is here twice"),
        ("id,name\na,b\n\nc", "f.csv:4:1: this line has 1 cells, and the header 2."),
        ('id,name\na,"b', "this is no CSV"),
        ("id,name,sms\na,b,12", "f.csv:2:1:"),
        ("id,name,email\na,b,nowhere", "no e-mail address"),
        ("id,name\na,b\na,c", "'a' is here twice"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, said: str) -> None:
    with pytest.raises(DirectoryErrors) as refused:
        read_directory(text, "f.csv")
    assert said in str(refused.value)
