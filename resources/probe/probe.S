/*
 * The doctor's probe guest: a firmware of 4 KiB that does what every 64-bit kernel does first, and says on the
 * serial port how far it came. No BIOS is involved: it is the ROM, and starts at the reset vector.
 *
 * What it writes (one byte per stage, in this order):
 *   R  real mode runs                      P  32-bit protected mode
 *   L  long mode with paging               F  a page fault was taken, repaired and resumed
 *   T  five timer interrupts arrived (PIT, PIC, local APIC; waiting in HLT)
 *   <  start of the fixed loop: 14 rounds of 1024, 2048, 4096 ... iterations, a dot after each, >  its end
 *   S  SSE arithmetic is right             U  ring 3 was entered and left through an interrupt gate
 *   16 hex digits: the loop's result, then LF
 * The rounds double so that a processor a thousand times too slow is told from one that stands still.
 * A wrong result of a stage is written as ?, an unexpected exception as !; both end the guest.
 * The end is a write to port 0xf4 (QEMU's isa-debug-exit) and then HLT for ever.
 *
 * Build: see build.sh. Sources: Intel SDM volume 3 (chapters 4, 6, 10), the 8259A, 8254 and 16550 data sheets.
 */
        .intel_syntax noprefix

        .set COM1, 0x3f8
        .set GDT,  0x1000
        .set PML4, 0x10000
        .set PDPT, 0x11000
        .set PD,   0x12000
        .set PD_HIGH, 0x13000           /* of 3 to 4 GiB, for the local APIC */
        .set IDT,  0x14000
        .set TSS,  0x15000
        .set TICKS, 0x16000             /* counted by the timer interrupt */
        .set STACK, 0x20000
        .set APIC, 0xfee00000
        .set USER_STACK, 0x30000
        .set DATA,  0x40000             /* 64 KiB that the loop reads and writes */
        .set HOLE,  0x800000            /* a page that is not there until the fault handler maps it */
        .set BEHIND_HOLE, 0x600000      /* what it is then mapped to */
        .set ROUNDS, 14
        .set FIRST_ROUND, 1024          /* iterations; 16.8 million in all, about 0.2 s under TCG */

        .section .text
        .code16
real_mode:
        cli
        cld
        mov al, 'R'
        mov dx, COM1
        out dx, al
        /* The descriptor table must lie in RAM: loading a segment writes its accessed bit, LTR the busy bit. */
        xor ax, ax
        mov es, ax
        mov si, offset gdt - 0xf0000
        mov di, GDT
        mov cx, (gdt_end - gdt) / 2
        rep movsw es:[di], cs:[si]
        lgdt cs:[gdt_pointer - 0xf0000]
        mov eax, cr0
        and eax, 0x1fffffff             /* caches on: CD and NW are set at reset */
        or al, 1
        mov cr0, eax
        .byte 0x66, 0xea                /* far jump with a 32-bit offset */
        .long protected_mode
        .word 0x08

        .code32
protected_mode:
        mov ax, 0x10
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov esp, STACK
        mov al, 'P'
        mov dx, COM1
        out dx, al

        mov edi, PML4                   /* clear tables, IDT, TSS, counters */
        xor eax, eax
        mov ecx, 0x8000 / 4
        rep stosd
        mov dword ptr [PML4], PDPT + 7  /* present, writable, user */
        mov dword ptr [PDPT], PD + 7
        mov edi, PD                     /* 1 GiB, identical, pages of 2 MiB */
        mov eax, 0x87
1:      mov [edi], eax
        add eax, 0x200000
        add edi, 8
        cmp edi, PD + 0x1000
        jne 1b
        mov dword ptr [PD + (HOLE >> 21) * 8], 0
        mov dword ptr [PDPT + 3 * 8], PD_HIGH + 7
        mov dword ptr [PD_HIGH + ((APIC >> 21) & 511) * 8], APIC + 0x9b /* uncached */

        mov eax, cr4
        or eax, 0x620                   /* PAE, OSFXSR, OSXMMEXCPT */
        mov cr4, eax
        mov eax, PML4
        mov cr3, eax
        mov ecx, 0xc0000080             /* EFER.LME */
        rdmsr
        or eax, 0x100
        wrmsr
        mov eax, cr0
        and eax, ~4                     /* no FPU emulation */
        or eax, 0x80010002              /* PG, WP, MP */
        mov cr0, eax
        .byte 0xea
        .long long_mode
        .word 0x18

        .code64
long_mode:
        mov ax, 0x10
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov rsp, STACK
        mov al, 'L'
        call put

        mov edi, IDT                    /* every exception ends the guest ... */
        mov ecx, 32
1:      lea rax, [rip + unexpected]
        call gate
        loop 1b
        mov edi, IDT + 14 * 16          /* ... but the page fault ... */
        lea rax, [rip + page_fault]
        call gate
        mov edi, IDT + 0x20 * 16        /* ... and the timer. */
        lea rax, [rip + timer]
        call gate
        mov edi, IDT + 0x80 * 16        /* ring 3 comes back through here */
        lea rax, [rip + user_returned]
        call gate
        mov byte ptr [IDT + 0x80 * 16 + 5], 0xee
        lidt [rip + idt_pointer]

        /* A fault that is repaired: the store must land behind the hole, once. */
        mov rax, 0x0123456789abcdef
        mov rbx, HOLE + 0x10
        mov [rbx], rax
        cmp [BEHIND_HOLE + 0x10], rax
        jne wrong
        mov al, 'F'
        call put

        /* Local APIC on; its LINT0 passes the interrupts of the 8259A through ("virtual wire"). */
        mov ebx, APIC
        mov dword ptr [rbx + 0xf0], 0x1ff
        mov dword ptr [rbx + 0x350], 0x700
        /* 8259A: vectors 0x20 and 0x28, only IRQ 0 open. 8254: channel 0, mode 2, 1 kHz. */
        mov al, 0x11
        out 0x20, al
        out 0xa0, al
        mov al, 0x20
        out 0x21, al
        mov al, 0x28
        out 0xa1, al
        mov al, 4
        out 0x21, al
        mov al, 2
        out 0xa1, al
        mov al, 1
        out 0x21, al
        out 0xa1, al
        mov al, 0xfe
        out 0x21, al
        mov al, 0xff
        out 0xa1, al
        mov al, 0x34
        out 0x43, al
        mov al, 1193 & 0xff
        out 0x40, al
        mov al, 1193 >> 8
        out 0x40, al
1:      sti
        hlt
        cli
        cmp dword ptr [TICKS], 5
        jb 1b
        mov al, 0xff
        out 0x21, al
        mov al, 'T'
        call put

        /* The fixed loop: a xorshift generator that walks through 64 KiB of memory. */
        mov al, '<'
        call put
        mov rbx, 0x2545f4914f6cdd1d
        xor r9, r9
        mov r8d, ROUNDS
        mov r10d, FIRST_ROUND
2:      mov ecx, r10d
1:      mov rax, rbx
        shl rax, 13
        xor rbx, rax
        mov rax, rbx
        shr rax, 7
        xor rbx, rax
        mov rax, rbx
        shl rax, 17
        xor rbx, rax
        movzx edx, bx
        and edx, 0xfff8
        add r9, [DATA + rdx]
        mov [DATA + rdx], rbx
        dec ecx
        jnz 1b
        mov al, '.'
        call put
        shl r10d, 1
        dec r8d
        jnz 2b
        mov al, '>'
        call put
        lea r13, [rbx + r9]             /* the result */

        /* (1 2 3 4) + (4 3 2 1) squared is (25 25 25 25) */
        movups xmm0, [rip + ascending]
        movups xmm1, [rip + descending]
        addps xmm0, xmm1
        mulps xmm0, xmm0
        movups xmm1, [rip + squares]
        cmpeqps xmm0, xmm1
        movmskps eax, xmm0
        cmp eax, 15
        jne wrong
        mov al, 'S'
        call put

        /* Ring 3 and back. The TSS says which stack the way back uses. */
        mov qword ptr [TSS + 4], STACK
        mov ax, 0x30
        ltr ax
        push 0x2b                       /* user data */
        push USER_STACK
        push 2                          /* flags */
        push 0x23                       /* user code */
        lea rax, [rip + user_mode]
        push rax
        iretq
user_mode:
        mov r12, 0x55aa
        int 0x80
        jmp wrong
user_returned:
        cmp r12, 0x55aa
        jne wrong
        mov ax, cs
        test al, 3
        jnz wrong
        mov rsp, STACK
        mov al, 'U'
        call put

        mov ecx, 16
1:      rol r13, 4
        mov eax, r13d
        and eax, 15
        lea rdx, [rip + digits]
        mov al, [rdx + rax]
        call put
        loop 1b
        mov al, 10
        call put
        jmp finish

wrong:
        mov al, '?'
        call put
        jmp finish
unexpected:
        mov al, '!'
        call put
finish:
        xor eax, eax
        out 0xf4, al
        cli
1:      hlt
        jmp 1b

/* Fault at the hole: map it and go on; anywhere else, or twice: the end. */
page_fault:
        mov rax, cr2
        cmp rax, HOLE + 0x10
        jne unexpected
        cmp dword ptr [PD + (HOLE >> 21) * 8], 0
        jne unexpected
        mov dword ptr [PD + (HOLE >> 21) * 8], BEHIND_HOLE + 0x87
        invlpg [rax]
        mov rax, 0x0123456789abcdef
        add rsp, 8                      /* the error code */
        iretq

timer:
        push rax
        inc dword ptr [TICKS]
        mov al, 0x20
        out 0x20, al
        pop rax
        iretq

/* Writes an interrupt gate for rax at rdi and goes to the next. */
gate:
        mov [rdi], ax
        mov word ptr [rdi + 2], 0x18
        mov word ptr [rdi + 4], 0x8e00
        shr rax, 16
        mov [rdi + 6], ax
        mov qword ptr [rdi + 8], 0
        add rdi, 16
        ret

/* Writes al to the serial port when it is ready. */
put:
        push rdx
        push rax
        mov dx, COM1 + 5
1:      in al, dx
        test al, 0x20
        jz 1b
        pop rax
        mov dx, COM1
        out dx, al
        pop rdx
        ret

        .balign 16
ascending:  .float 1, 2, 3, 4
descending: .float 4, 3, 2, 1
squares:    .float 25, 25, 25, 25
digits:     .ascii "0123456789abcdef"

        .balign 8
gdt:
        .quad 0
        .quad 0x00cf9b000000ffff        /* 08: 32-bit code */
        .quad 0x00cf93000000ffff        /* 10: data */
        .quad 0x00af9b000000ffff        /* 18: 64-bit code */
        .quad 0x00affb000000ffff        /* 20: 64-bit code, ring 3 */
        .quad 0x00cff3000000ffff        /* 28: data, ring 3 */
        .quad 0x0000890150000067        /* 30: TSS at 0x15000 */
        .quad 0
gdt_end:
gdt_pointer:
        .word gdt_end - gdt - 1
        .long GDT
idt_pointer:
        .word 0x81 * 16 - 1
        .quad IDT

        .section .reset, "ax"           /* 0xffff0, where every x86 processor starts */
        .code16
        .byte 0xea
        .word real_mode - 0xf0000
        .word 0xf000
        .balign 16, 0
