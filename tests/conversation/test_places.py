"""Where she lives, as women really write it."""

import tomllib

import pytest

from bot.conversation.answers import Ambiguous, NotUnderstood
from bot.conversation.answers_people import place_name, place_within
from bot.conversation.places import HERE, Level, Region, gazetteer


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Cipondoh", "36.71.05"), ("saya di cipondoh bu", "36.71.05"), ("cipondo", "36.71.05"),
        ("rmh sy di karawaci", "36.71.07"), ("tinggal d kelapa dua", "36.03.28"), ("kelapadua", "36.03.28"),
        ("batu ceper", "36.71.03"), ("Batuceper", "36.71.03"), ("pasarkemis", "36.03.12"),
        ("kec. Pinang", "36.71.11"), ("pamulag", "36.74.06"), ("ciputat timur", "36.74.05"), ("kec tangerang", "36.71.01"),
        ("poris plawad", "36.71.05"), ("kampung melayu barat", "36.03.13"), ("36.71.05", "36.71.05"),
        ("cipondoh kota tangerang", "36.71.05"), ("Kec. Cipondoh, Kota Tangerang", "36.71.05"), ("serpong tangsel", "36.74.01"),
        ("psr kemis", "36.03.12"), ("cpdh", "36.71.05"), ("pd aren", "36.74.03"), ("sepatan timor", "36.03.30"), ("cileduk", "36.71.06"),
        ("kec jatiuwung", "36.71.02"), ("kelurahan jatiuwung", "36.71.09"), ("kec. karang tengah", "36.71.12"),
        ("benda kota tangerang", "36.71.04"),
        ("babakan, legok", "36.03.20"), ("citra raya cikupa", "36.03.18"), ("rt 03 gebang raya", "36.71.08"), ("c i p o n d o h", "36.71.05"),
        ("kerja di serpong tinggal di ciputat", "36.74.04"), ("skrg di kelurahan Kunciran, bukan Pakojan lagi", "36.71.11"),
        ("saya orang serang tapi tinggal di cikupa", "36.03.18"), ("jl. jakarta no 5 cipondoh", "36.71.05"), ("pondok cabe", "36.74.06"),
        ("sumur bandung", "36.03.02"), ("lebak wangi", "36.03.30"), ("malang nengah", "36.03.22"),
        ("di luar tangerang", "luar"), ("bukan di tangerang", "luar"), ("serang timur", "luar"), ("jakrta", "luar"),
        ("cengkareng", "luar"), ("saya tinggal di jakarta", "luar"), ("luar", "luar"),
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
        (
            "Kota Tangerang Selatan",
            {"Serpong", "Serpong Utara", "Pondok Aren", "Ciputat", "Ciputat Timur", "Pamulang", "Setu"},
        ),
        ("deket bandara", {"Benda", "Neglasari", "Kosambi"}),
        ("perumahan citra raya", {"Cikupa", "Panongan"}),
        ("bintaro sektor 9", {"Pondok Aren", "Ciputat", "Ciputat Timur"}),
        ("karang tengah", {"Karang Tengah", "Pagedangan"}),
        ("cipondoh atau pinang", {"Cipondoh", "Pinang"}),
    ],
)
def test_a_name_that_means_several_is_asked_back_with_the_parents_name(words: str, labels: set[str]) -> None:
    with pytest.raises(Ambiguous) as several:
        place_name(words)
    assert {option.label for option in several.value.options} == labels
    assert all(option.description and place_name(option.value) for option in several.value.options)


def test_the_row_says_which_kelurahan_leads_there() -> None:
    with pytest.raises(Ambiguous) as several:
        place_name("jatiuwung")
    assert [option.description for option in several.value.options] == [
        "Kota Tangerang",
        "Kel. Jatiuwung, Kota Tangerang",
    ]


def test_a_city_after_the_place_leaves_it_to_her() -> None:
    with pytest.raises(Ambiguous) as several:
        place_name("kelapa dua, depok")
    assert [option.value for option in several.value.options] == ["36.03.28", "luar"]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("tangerang", "too_wide"), ("kab. tangerang", "too_wide"), ("tgr", "too_wide"), ("Tangerang, Banten", "too_wide"), ("xyz", "unknown"),
        ("36.71", "unknown"), ("siti aminah", "unknown"), ("selatan", "unknown"), ("ga tau bu", "unknown"),
        ("dimana ya?", "question"), ("😊", "empty"),
    ],
)  # fmt: skip
def test_what_is_no_kecamatan_is_asked_again(words: str, reason: str) -> None:
    with pytest.raises(NotUnderstood) as problem:
        place_name(words)
    assert problem.value.reason == reason


def test_a_kelurahan_is_looked_for_inside_its_kecamatan() -> None:
    parse = place_within("36.71.05")
    assert gazetteer().title(parse("poris plawat")) == "Kel. Poris Plawad"
    assert gazetteer().title(parse("kel cipondoh makmor bu")) == "Kel. Cipondoh Makmur"
    with pytest.raises(Ambiguous) as several:
        parse("poris")
    assert [option.label for option in several.value.options] == [
        "Poris Plawad",
        "Poris Plawad Utara",
        "Poris Plawad Indah",
    ]
    with pytest.raises(NotUnderstood):
        parse("36.71.07.1004")


AREAS = [region for top in ("36.71", "36.03", "36.74") for region in gazetteer().children(top)]


def test_there_are_as_many_areas_as_the_public_lists_say() -> None:
    assert [len(gazetteer().children(code)) for code in ("36.71", "36.03", "36.74")] == [13, 29, 7]
    assert sum(len(gazetteer().children(region.code)) for region in AREAS) == 432


@pytest.mark.parametrize("region", AREAS, ids=lambda region: region.name)
def test_every_kecamatan_and_kelurahan_is_found_by_its_own_name_and_without_spaces(region: Region) -> None:
    assert place_name(f"kec. {region.name}") == place_name(f"kec {region.name.replace(' ', '').upper()}") == region.code
    inside = place_within(region.code)
    for part in gazetteer().children(region.code):
        assert inside(part.label) == inside(part.label.replace(" ", "")) == part.code
        assert region.code in [match.region.code for match in gazetteer().find_kecamatan(f"desa {part.label}")]


def test_rows_are_short_enough_for_a_list() -> None:
    for region in AREAS:
        for part in gazetteer().children(region.code):
            assert len(part.label) <= 24
            assert len(f"{gazetteer().title(part.code)}, {gazetteer().title(region.parent_code)}") <= 72


def test_popular_names_lead_to_kecamatan_that_exist() -> None:
    used = tomllib.loads((HERE / "popular_places.toml").read_text("utf-8"))
    for name, codes in used["tempat"].items():
        assert {gazetteer().get(code).level for code in codes} == {Level.KECAMATAN}, name
        assert len(codes) <= 9, name


def test_titles_and_nearness() -> None:
    areas = gazetteer()
    assert areas.full_title("36.71.05") == "Kec. Cipondoh, Kota Tangerang"
    assert areas.full_title("36.03.03.2003") == "Desa Matagara, Kec. Tigaraksa"
    assert [areas.near("36.71.05", other) for other in ("36.71.05.1008", "36.71.01", "36.74.01")] == [0, 1, 2]
