"""What a service is called, from what somebody called it in a sentence."""

import pytest

from kuznia.domains.flows.planner import build, read


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("Форма реєстрації: імʼя, прізвище", "Реєстрація"),
        ("Створи сервіс оплати штрафу: номер постанови", "Оплата штрафу"),
        ("Послуга запису до лікаря: дата, час", "Запис до лікаря"),
        ("Створити форму подання скарги: адреса, опис", "Подання скарги"),
        ("Сервіс єМалятко: реєстрація дитини, ПІБ", "Сервіс єМалятко"),
        ("Форма: імʼя, прізвище, телефон для реєстрації", "Реєстрація"),
    ],
)
def test_a_service_is_named_and_not_what_depends_on_its_name(prompt: str, name: str) -> None:
    assert build(read(prompt)).name.uk == name
