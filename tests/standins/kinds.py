"""The stand-ins of all vendors, by the kind that a configuration names."""

from tests.standins.ashby import AshbyApi
from tests.standins.breezy import BreezyApi
from tests.standins.greenhouse import GreenhouseBoard
from tests.standins.kombo import KomboApi
from tests.standins.lever import LeverApi
from tests.standins.pinpoint import PinpointApi
from tests.standins.recruitee import RecruiteeApi
from tests.standins.smartrecruiters import SmartRecruitersApi
from tests.standins.teamtailor import TeamtailorApi
from tests.standins.vendor import Vendor
from tests.standins.workable import WorkableApi

STANDINS: dict[str, type[Vendor]] = {
    one.KIND: one
    for one in (
        AshbyApi,
        BreezyApi,
        GreenhouseBoard,
        KomboApi,
        LeverApi,
        PinpointApi,
        RecruiteeApi,
        SmartRecruitersApi,
        TeamtailorApi,
        WorkableApi,
    )
}
