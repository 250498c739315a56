from django.db import migrations
from django.db.migrations.operations import RunSQL

from accounts.scope import policy

FOOD_GROUPS = [
    ("KARBOHIDRAT", "Sumber karbohidrat", 1),
    ("PROTEIN_HEWANI", "Sumber protein hewani", 2),
    ("PROTEIN_NABATI", "Sumber protein nabati", 3),
    ("VITAMIN_MINERAL", "Sumber vitamin dan mineral", 4),
]
COMMODITIES = [
    # name, group, unit, allowed
    ("Beras", "KARBOHIDRAT", "kg", True),
    ("Jagung", "KARBOHIDRAT", "kg", True),
    ("Sagu", "KARBOHIDRAT", "kg", True),
    ("Ubi kayu", "KARBOHIDRAT", "kg", True),
    ("Telur ayam", "PROTEIN_HEWANI", "kg", True),
    ("Daging ayam", "PROTEIN_HEWANI", "kg", True),
    ("Daging sapi", "PROTEIN_HEWANI", "kg", True),
    ("Ikan segar", "PROTEIN_HEWANI", "kg", True),
    ("Tempe", "PROTEIN_NABATI", "kg", True),
    ("Tahu", "PROTEIN_NABATI", "kg", True),
    ("Kacang hijau", "PROTEIN_NABATI", "kg", True),
    ("Kacang tanah", "PROTEIN_NABATI", "kg", True),
    ("Bayam", "VITAMIN_MINERAL", "ikat", True),
    ("Kangkung", "VITAMIN_MINERAL", "ikat", True),
    ("Wortel", "VITAMIN_MINERAL", "kg", True),
    ("Jeruk", "VITAMIN_MINERAL", "kg", True),
    ("Pisang", "VITAMIN_MINERAL", "kg", True),
    ("Rokok", None, "bungkus", False),
    ("Pulsa", None, "kali", False),
    ("Minyak goreng", None, "liter", False),
    ("Mi instan", None, "bungkus", False),
]
# DOMAIN section 3: who may not own an outlet.
BARRED = [
    ("ASN", "ASN, TNI, Polri", "ASN,PNS,APARATUR SIPIL NEGARA,PEGAWAI NEGERI,TNI,POLRI"),
    ("TKSK", "TKSK dan pendamping", "TKSK,PENDAMPING"),
    (
        "PERANGKAT_DESA",
        "Perangkat desa/kelurahan",
        "KEPALA DESA,KADES,LURAH,PERANGKAT DESA,APARAT DESA,SEKRETARIS DESA,SEKDES,BPD",
    ),
    ("BUMN_BUMDES", "Unit BUMN atau BUMDes", "BUMN,BUMDES,BUM DES"),
]
INDICATORS = [
    ("62", 2021, "STUNTING", "27.4", "SSGI 2021"),
    ("62.10", 2021, "STUNTING", "35.9", "SSGI 2021"),
    ("62.13", 2021, "STUNTING", "33.7", "SSGI 2021"),
    ("62.02", 2021, "STUNTING", "32.5", "SSGI 2021"),
    ("62.09", 2021, "STUNTING", "23.2", "SSGI 2021"),
    ("62", 2021, "KEMISKINAN", "5.16", "BPS, September 2021"),
    ("62", 2021, "PENDUDUK_MISKIN", "141030", "BPS, September 2021"),
]
PROGRAMMES = [
    ("BST", "Bantuan Sosial Tunai", "2020-04-01", "2021-12-31"),
    ("BLT_DD", "Bantuan Langsung Tunai Dana Desa", "2020-04-01", None),
]
_MEANT = "Diperuntukkan bagi keluarga tanpa PKH dan Sembako; pastikan dasar hukumnya"
PAIRS = [
    ("PKH", "SEMBAKO", "BOLEH", "Peserta PKH diutamakan menerima Sembako"),
    ("PBI_JK", "SEMBAKO", "BOLEH", "Iuran jaminan kesehatan boleh bersama Sembako"),
    ("PBI_JK", "PKH", "BOLEH", "Iuran jaminan kesehatan boleh bersama PKH"),
    ("BST", "SEMBAKO", "DICATAT", _MEANT),
    ("BLT_DD", "SEMBAKO", "DICATAT", _MEANT),
    ("BST", "PKH", "DICATAT", _MEANT),
    ("BLT_DD", "PKH", "DICATAT", _MEANT),
    ("BLT_DD", "BST", "DICATAT", "Dua bantuan tunai untuk keluarga yang sama"),
]


def load(apps, schema_editor):
    """Reference data of DOMAIN section 3; the administrator may change them."""
    get = apps.get_model
    FoodGroup, Commodity = get("distribution", "FoodGroup"), get("distribution", "Commodity")
    for code, name, position in FOOD_GROUPS:
        FoodGroup.objects.create(code=code, name=name, position=position)
    for name, group, unit, is_allowed in COMMODITIES:
        Commodity.objects.create(name=name, group_id=group, unit=unit, is_allowed=is_allowed)
    for code, name, words in BARRED:
        get("distribution", "BarredGroup").objects.create(
            code=code, name=name, words=words.split(",")
        )
    for code, name, started_on, ended_on in PROGRAMMES:
        get("beneficiaries", "Programme").objects.create(
            code=code, name=name, started_on=started_on, ended_on=ended_on
        )
    for first, second, rule, basis in PAIRS:
        get("distribution", "ProgrammePair").objects.create(
            first_id=first, second_id=second, rule=rule, legal_basis=basis, valid_from="2020-01-01"
        )
    for region, year, kind, value, source in INDICATORS:
        get("distribution", "RegionIndicator").objects.create(
            region_id=region, year=year, kind=kind, value=value, source=source
        )


def at_its_agent(table: str) -> RunSQL:
    """Rows of an agent stand where the agent stands, and move along with it."""
    name = f"{table}_same_place"
    return RunSQL(
        f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" FOREIGN KEY (agent_id, village_id)'
        " REFERENCES distribution_agent (id, village_id) ON UPDATE CASCADE",
        f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"',
    )


def at_its_household(table: str) -> RunSQL:
    name = f"{table}_same_place"
    return RunSQL(
        f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" FOREIGN KEY (household_id, village_id)'
        " REFERENCES beneficiaries_household (id, village_id) ON UPDATE CASCADE",
        f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"',
    )


class Migration(migrations.Migration):
    dependencies = [("distribution", "0003_agents_and_commodities")]
    operations = [
        at_its_agent("distribution_agentvisit"),
        at_its_agent("distribution_agentfinding"),
        at_its_household("distribution_accountopeningmember"),
        at_its_household("distribution_cardevent"),
        at_its_household("distribution_overlapfinding"),
        *(
            policy(f"distribution_{table}")
            for table in (
                "agent",
                "agentevent",
                "agentvillage",
                "agentvisit",
                "agentfinding",
                "budget",
                "accountopening",
                "accountopeningmember",
                "cardevent",
                "overlapfinding",
            )
        ),
        migrations.RunPython(load, migrations.RunPython.noop),
    ]
