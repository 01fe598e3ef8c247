"""Where she lives, as women really write it."""

import pytest

from bot.conversation.answers import Ambiguous, NotUnderstood
from bot.conversation.answers_people import place_name, place_within
from bot.conversation.places import gazetteer


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Cipondoh", "36.71.05"), ("saya di cipondoh bu", "36.71.05"), ("cipondo", "36.71.05"),
        ("rmh sy di karawaci", "36.71.07"), ("tinggal d kelapa dua", "36.03.28"), ("kelapadua", "36.03.28"),
        ("batu ceper", "36.71.03"), ("Batuceper", "36.71.03"), ("pasarkemis", "36.03.12"),
        ("kec. Pinang", "36.71.11"), ("pamulag", "36.74.06"), ("ciputat timur", "36.74.05"), ("kec tangerang", "36.71.01"),
        ("poris plawad", "36.71.05"), ("kampung melayu barat", "36.03.13"), ("36.71.05", "36.71.05"),
        ("di luar tangerang", "luar"), ("saya tinggal di jakarta", "luar"), ("luar", "luar"),
    ],
)  # fmt: skip
def test_a_name_leads_to_its_kecamatan(words: str, code: str) -> None:
    assert place_name(words) == code


@pytest.mark.parametrize(
    ("words", "labels"),
    [
        ("Tangsel", {"Serpong", "Serpong Utara", "Pondok Aren", "Ciputat", "Ciputat Timur", "Pamulang", "Setu"}),
        ("BSD", {"Serpong", "Serpong Utara", "Setu", "Pagedangan", "Cisauk"}),
        ("jatiuwung", {"Jatiuwung", "Cibodas"}),
        ("sukamulya", {"Sukamulya", "Cikupa"}),
        ("alam sutera", {"Serpong Utara", "Pinang"}),
    ],
)
def test_a_name_that_means_several_is_asked_back_with_the_parents_name(words: str, labels: set[str]) -> None:
    with pytest.raises(Ambiguous) as several:
        place_name(words)
    assert {option.label for option in several.value.options} == labels
    assert all(option.description and place_name(option.value) for option in several.value.options)


@pytest.mark.parametrize(("words", "reason"), [("tangerang", "too_wide"), ("xyz", "unknown"), ("😊", "empty")])
def test_what_is_no_kecamatan_is_asked_again(words: str, reason: str) -> None:
    with pytest.raises(NotUnderstood) as problem:
        place_name(words)
    assert problem.value.reason == reason


def test_a_kelurahan_is_looked_for_inside_its_kecamatan() -> None:
    parse = place_within("36.71.05")
    assert gazetteer().title(parse("poris plawat")) == "Kel. Poris Plawad"
    with pytest.raises(NotUnderstood):
        parse("36.71.07.1004")


def test_every_area_is_found_by_its_own_name() -> None:
    for region in (r for code in ("36.71", "36.03", "36.74") for r in gazetteer().children(code)):
        found = [match.region.code for match in gazetteer().find_kecamatan(f"kec {region.name}")]
        assert region.code in found, region


def test_titles_and_nearness() -> None:
    areas = gazetteer()
    assert areas.full_title("36.71.05") == "Kec. Cipondoh, Kota Tangerang"
    assert areas.full_title("36.03.03.2003") == "Desa Matagara, Kec. Tigaraksa"
    assert [areas.near("36.71.05", other) for other in ("36.71.05.1008", "36.71.01", "36.74.01")] == [0, 1, 2]
