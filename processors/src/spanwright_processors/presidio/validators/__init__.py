"""Validation of what a pattern matched, by the standard that defines the identifier; named as in Presidio."""

from __future__ import annotations

from . import asian_african, english, european, generic
from .kinds import Invalidation, Parameters, Validation, Validator, cleaned

__all__ = ["VALIDATORS", "Parameters", "Validator", "cleaned"]


def _entry(
    *fingerprints: str, validate: Validation | None = None, invalidate: Invalidation | None = None
) -> Validator:
    return Validator(frozenset(fingerprints), validate, invalidate)


VALIDATORS: dict[str, Validator] = {
    "CreditCardRecognizer": _entry("db9fb8dca1ea", validate=generic.card),
    "CryptoRecognizer": _entry("cf0321af5dc6", validate=generic.bitcoin),
    "EmailRecognizer": _entry("30f254061209"),
    "IbanRecognizer": _entry("3e1a77e4f635"),
    "IpRecognizer": _entry("7d0eb397e044", invalidate=generic.not_ip),
    "MacAddressRecognizer": _entry("f78843e67809", invalidate=generic.not_mac),
    "UuidRecognizer": _entry("34ecf6b6ba11", invalidate=generic.not_uuid),
    "AuAbnRecognizer": _entry("a89fcd8d1f8d", validate=english.abn),
    "AuAcnRecognizer": _entry("79d5b2a90b15", validate=english.acn),
    "AuMedicareRecognizer": _entry("b7d945d06b5f", validate=english.medicare),
    "AuTfnRecognizer": _entry("fe5191e0980b", validate=english.tfn),
    "CaSinRecognizer": _entry("272472f43053", invalidate=english.not_sin),
    "SgUenRecognizer": _entry("2c98d3c58925", validate=english.uen),
    "NhsRecognizer": _entry("6efc2cbe5ee3", validate=english.nhs),
    "UkDrivingLicenceRecognizer": _entry("01f1e6a699a7", validate=english.driving_licence),
    "UkVehicleRegistrationRecognizer": _entry("735350eaa7e7", validate=english.vehicle),
    "AbaRoutingRecognizer": _entry("3291d847466e", validate=english.routing_number),
    "MedicalLicenseRecognizer": _entry("ea3f51743d15", validate=english.dea),
    "UsNpiRecognizer": _entry("7121f84f28bd", validate=english.npi, invalidate=english.not_npi),
    "UsSsnRecognizer": _entry("c94514384f3b", invalidate=english.not_ssn),
    "ZaCompanyRegistrationRecognizer": _entry("e61517063156", validate=english.company),
    "ZaDriverLicenseRecognizer": _entry("ffc4f6b1ac6b", validate=english.licence),
    "ZaIdNumberRecognizer": _entry("d436def703fd", validate=english.id_number),
    "ZaIncomeTaxNumberRecognizer": _entry("91d4d9fe2437", validate=english.income_tax),
    "ZaLicensePlateRecognizer": _entry("c7d60993550f", validate=english.plate),
    "ZaPassportRecognizer": _entry("7f5c1035095c", validate=english.passport),
    "ZaTrafficRegisterNumberRecognizer": _entry("5cf394be44a0", validate=english.traffic_register),
    "ZaVatNumberRecognizer": _entry("bc56f79ba188", validate=english.vat),
    "FiPersonalIdentityCodeRecognizer": _entry("e07e2f8ac876", validate=european.henkilotunnus),
    "DeBsnrRecognizer": _entry("7d3a309cc8c4", validate=european.bsnr),
    "DeHealthInsuranceRecognizer": _entry("0616430c63ed", validate=european.health_insurance),
    "DeIdCardRecognizer": _entry("a08b132252ed", validate=european.id_card),
    "DeLanrRecognizer": _entry("2abbf85131da", validate=european.lanr),
    "DePassportRecognizer": _entry("416f40261cc1", validate=european.passport),
    "DeSocialSecurityRecognizer": _entry("cb26ef1387cc", validate=european.social_security),
    "DeTaxIdRecognizer": _entry("38029180c30b", validate=european.tax_id),
    "DeVatIdRecognizer": _entry("36614e05c379", validate=european.vat_id),
    "ItFiscalCodeRecognizer": _entry("7250c4b8bbaa", validate=european.fiscal_code),
    "ItVatCodeRecognizer": _entry("eba81fe73afc", validate=european.italian_vat),
    "PlPeselRecognizer": _entry("81e9b5e8fc88", validate=european.pesel),
    "EsNifRecognizer": _entry("b28e9eacb272", validate=european.nif),
    "EsNieRecognizer": _entry("c9733594c455", validate=european.nie),
    "SeOrganisationsnummerRecognizer": _entry("7b74eed399cc", validate=european.organisation),
    "SePersonnummerRecognizer": _entry("103caa4e0b1f", validate=european.personal),
    "InAadhaarRecognizer": _entry("142ba35e7455", validate=asian_african.aadhaar),
    "InGstinRecognizer": _entry("a5431f4e3829", validate=asian_african.gstin),
    "InVehicleRegistrationRecognizer": _entry("e912b5e0102c", validate=asian_african.vehicle),
    "KrBrnRecognizer": _entry("ccdb6eb16aa0", validate=asian_african.business),
    "KrDriverLicenseRecognizer": _entry("ee08e2b2460a", validate=asian_african.driving_licence),
    "KrRrnRecognizer": _entry("e6c645ab200c", validate=asian_african.resident),
    "KrFrnRecognizer": _entry("ca6d9692fdd2", validate=asian_african.foreigner),
    "NgNinRecognizer": _entry("d1b8c0a1d9eb", validate=asian_african.nin),
    "PhTinRecognizer": _entry("0352b625477b", invalidate=asian_african.not_tin),
    "ThTninRecognizer": _entry("4c0cd31a2cbf", validate=asian_african.tnin),
    "TrNationalIdRecognizer": _entry("022ceea74eb9", validate=asian_african.national_id),
    "TrLicensePlateRecognizer": _entry("2bb374f27c30", validate=asian_african.plate),
}
