"""Names of people and firms in many scripts, and those that have broken other systems. All of them are made up.

`AWKWARD` come first in every company, whatever its size: markup, quotes, combining and invisible characters, both
normal forms of one name, right-to-left text, a character that XML cannot carry, no name at all.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from random import Random
from typing import NamedTuple


class Name(NamedTuple):
    """A firm has a company name, a person has the other two."""

    company: str
    first: str = ""
    last: str = ""


AWKWARD: tuple[Name, ...] = (
    Name("Ampersand & Sons, Ltd."),
    Name('The "Quoted" Company'),
    Name("O'Brien, D'Arcy & O'Neill LLP"),
    Name("<b>Bold Brackets</b> Inc"),
    Name("AT&amp;T Escaped Twice Co"),
    Name("]]> Section End GmbH"),
    Name("Rocket 🚀 Telephony 👩‍👩‍👧‍👦 LLC"),
    Name("Zero\u200bWidth\u200d Space\ufeff Co"),
    Name("Hard\u00a0Space and\tTab"),
    Name("Vertical\x0bTab Trading"),
    Name("  Leading and trailing  "),
    Name(unicodedata.normalize("NFC", "Café Crème Brûlée")),
    Name(unicodedata.normalize("NFD", "Café Crème Brûlée")),
    Name(unicodedata.normalize("NFD", "Điện thoại Sài Gòn")),
    Name("شركة الاتصالات المتحدة"),
    Name('בזק & שות׳ "תקשורת" בע״מ'),
    Name("مؤسسة ABC للتقنية (2010)"),
    Name("\u202eRight-to-left override"),
    Name("株式会社アクメ通信"),
    Name("北京电信服务有限公司"),
    Name("𠮷野家ネットワーク"),
    Name("한국통신 주식회사"),
    Name("Ελληνική Τηλεφωνία Α.Ε."),
    Name("ООО «Связь и Ёлки»"),
    Name("บริษัท โทรคมนาคมไทย จำกัด"),
    Name("भारत संचार प्राइवेट लिमिटेड"),
    Name("Żółć i Gęślą Sp. z o.o."),
    Name("İstanbul İletişim Şti."),
    Name("Straße & Söhne ﬁnance ①"),
    Name("A" + " Very Long Name of a Holding Company" * 7 + " Ltd"),
    Name("'; DROP TABLE payments; --"),
    Name("=SUM(A1:A9)"),
    Name("null"),
    Name("", "Nguyễn Thị", "Ánh Tuyết"),
    Name("", "X Æ A-12", "O’Shaughnessy"),
    Name("", "", "Mononymous"),
    Name("", "J.", "🦄"),
    Name("Acme Twin Company"),
    Name("Acme Twin Company"),
    Name(""),
)

_SCRIPTS: tuple[tuple[int, str, str], ...] = (
    (52, "James Mary Robert Patricia Linda Michael Barbara David Susan Karen Deshawn Aaliyah Brandon Courtney Maria Luis",
     "Smith Johnson Williams Brown Jones Garcia Miller Davis Wilson Anderson Taylor Moore Jackson Harris Clark Lewis"),
    (6, "Minh Thảo Đức Hương Tuấn Phượng Quốc Mỹ", "Nguyễn Trần Lê Phạm Huỳnh Võ Đặng Bùi"),
    (6, "Łukasz Małgorzata Paweł Agnieszka Grzegorz Żaneta", "Wiśniewski Wójcik Kowalczyk Żak Dąbrowska Śliwa"),
    (5, "José Íñigo María Begoña Iván Concepción", "Muñoz Peña Núñez Ibáñez Gutiérrez López-Ríos"),
    (5, "Jürgen Björn Søren Åsa Zoë Renée François", "Müller Großmann Ødegård Åkesson Lefèvre Çelik"),
    (4, "伟 芳 娜 敏 静 强 磊", "王 李 张 刘 陈 杨 欧阳"),
    (4, "翔太 美咲 健一 陽菜 大輔 さくら", "佐藤 鈴木 髙橋 田中 渡邉 齋藤"),
    (3, "민준 서연 지훈 하은 도윤", "김 이 박 최 정"),
    (3, "محمد فاطمة أحمد عائشة خالد", "العلي الخطيب المنصور حداد الكويتي"),
    (2, "דוד רחל משה שרה", "כהן לוי מזרחי פרץ"),
    (3, "Γιώργος Ελένη Νίκος Σοφία", "Παπαδόπουλος Οικονόμου Ζαχαρίου Χατζής"),
    (3, "Алексей Наталья Юрий Олена Щербан", "Иванов Кузнецова Шевченко Ёлкин Їжак"),
    (2, "สมชาย สมหญิง อรุณ มาลี", "ศรีสุข แก้วมณี ทองดี"),
    (2, "राहुल प्रिया अमित सुनीता", "शर्मा पटेल सिंह गुप्ता"),
)  # fmt: skip
_TRADES = ("Dental", "Plumbing", "Logistics", "Bakery", "Law", "Realty", "Farms", "Imaging", "Motors", "Robotics")
_FORMS = ("Inc", "LLC", "Ltd", "& Co.", "Corp.", "Group", "S.A.", "GmbH", "& Sons", "Partners", "K.K.", "W.L.L.")


def names(random: Random) -> Iterator[Name]:
    """The awkward names, then ordinary ones for ever: half are firms; about one in fifteen is written in decomposed form."""
    yield from AWKWARD
    weights = [script[0] for script in _SCRIPTS]
    pools = [(first.split(), last.split()) for _, first, last in _SCRIPTS]
    while True:
        first_names, last_names = random.choices(pools, weights)[0]
        first, last = random.choice(first_names), random.choice(last_names)
        if random.random() < 0.07:
            first, last = unicodedata.normalize("NFD", first), unicodedata.normalize("NFD", last)
        if random.random() < 0.5:
            yield Name(f"{last} {random.choice(_TRADES)} {random.choice(_FORMS)}")
        else:
            yield Name("", first, last)
